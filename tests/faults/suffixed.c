/* A BLAS whose names end in a suffix, as private builds of OpenBLAS have them (BLAS: that library), and a program that calls
 * it. It also calls a function whose name begins as one of BLAS by chance. */
#include <stdio.h>

double ddot_acme(const int *n, const double *x, const int *incx, const double *y, const int *incy);
void daxpy_acme(void);
int dcopy_to_disk(void);
double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy);

#ifdef BLAS
double ddot_acme(const int *n, const double *x, const int *incx, const double *y, const int *incy)
{
    (void)n, (void)incx, (void)incy;
    return x[0] * y[0];
}
void daxpy_acme(void)
{
}
#elif defined CHANCE
int dcopy_to_disk(void)
{
    return 0;
}
#else
int main(void)
{
    const int n = 4, one = 1;
    const double x[4] = {1, 1, 1, 1};
#ifdef SUFFIXED
    printf("%g\n", ddot_acme(&n, x, &one, x, &one));
#endif
    printf("%g\n", ddot_(&n, x, &one, x, &one));
    return dcopy_to_disk();
}
#endif
