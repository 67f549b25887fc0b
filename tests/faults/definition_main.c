/* What ddot and dasum answer. OLD: the reference to ddot names that version. */
#include <stdio.h>

double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy);
double dasum_(const int *n, const double *x, const int *incx);
#ifdef OLD
__asm__(".symver ddot_, ddot_@OLD");
#endif

int main(void)
{
    const int n = 4, one = 1;
    const double x[4] = {1, 1, 1, 1};
    printf("%g %g\n", ddot_(&n, x, &one, x, &one), dasum_(&n, x, &one));
    return 0;
}
