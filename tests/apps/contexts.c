/* contexts CALLS: two contexts without a limit, one after the other; so many ddot_ in the second. */
#include <flopshim.h>
#include <stdlib.h>

double ddot_(const int *, const double *, const int *, const double *, const int *);

int main(int argc, char **argv)
{
    const double x = 1;
    const int one = 1;
    flopshim_begin(&(struct flopshim_context){.quiet = 1});
    flopshim_deduct("before", 1000);
    flopshim_end(NULL);
    flopshim_begin(&(struct flopshim_context){.quiet = 1});
    for (int calls = argc > 1 ? atoi(argv[1]) : 0; calls > 0; calls--)
        ddot_(&one, &x, &one, &x, &one);
    return 0;
}
