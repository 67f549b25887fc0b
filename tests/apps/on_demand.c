/* Reads lines from stdin: `CALLS` or `CALLS NAME`, and makes so many calls of ddot with 1,000 elements (2,000 FLOPs each),
 * inside the scope NAME; then prints `done`. Until the input ends. */
#include "flopshim.h"
#include <stdio.h>

double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy);

static void call(int calls)
{
    static double x[1000];
    const int n = 1000, one = 1;
    double sum = 0;
    for (int i = 0; i < calls; i++)
        sum += ddot_(&n, x, &one, x, &one);
    printf(sum > 0 ? "wrong\n" : "done\n");
    fflush(stdout);
}

int main(void)
{
    char line[256], name[200];
    int calls;
    while (fgets(line, sizeof line, stdin)) {
        int words = sscanf(line, "%d %199s", &calls, name);
        if (words < 1)
            return 1;
        if (words == 2)
            flopshim_push(name);
        call(calls);
        if (words == 2)
            flopshim_pop();
    }
    return 0;
}
