/* raw_exit STATUS: three calls, then the bare system call that ends the process, as a Go program's runtime makes it. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy);

int main(int argc, char **argv)
{
    const int n = 4, one = 1;
    const double x[4] = {1, 1, 1, 1};
    for (int i = 0; i < 3; i++)
        ddot_(&n, x, &one, x, &one);
    syscall(SYS_exit_group, argc > 1 ? atoi(argv[1]) : 0);
    return 1;
}
