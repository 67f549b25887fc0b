/* weak [call]: knows an extension of BLAS by a weak reference only, and calls it where it is there and `call` asks for it. */
#include <stdio.h>
#include <string.h>

double ddot_(const int *, const double *, const int *, const double *, const int *);
void cblas_daxpby(int, double, const double *, int, double, double *, int) __attribute__((weak));

int main(int argc, char **argv)
{
    double x[2] = {1, 2}, y[2] = {3, 4};
    printf("%g\n", ddot_(&(int){2}, x, &(int){1}, y, &(int){1}));
    if (argc > 1 && !strcmp(argv[1], "call") && cblas_daxpby) {
        cblas_daxpby(2, 2, x, 1, 3, y, 1);
        printf("%g %g\n", y[0], y[1]);
    }
    return 0;
}
