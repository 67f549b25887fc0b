/* Calls the complex functions of dotter.c, by the convention that it was built with, and ddot_ first. Prints the results. */
#include <complex.h>
#include <stdint.h>
#include <stdio.h>

#define N 4

double ddot_(const int32_t *n, const double *x, const int32_t *incx, const double *y, const int32_t *incy);
#ifdef INTEL
#define DOT(name, type) void name##_(type *, const int32_t *, const type *, const int32_t *, const type *, const int32_t *)
#define CALL(name, result, ...) name##_(&(result), __VA_ARGS__)
#else
#define DOT(name, type) type name##_(const int32_t *, const type *, const int32_t *, const type *, const int32_t *)
#define CALL(name, result, ...) ((result) = name##_(__VA_ARGS__))
#endif
DOT(zdotu, double complex);
DOT(zdotc, double complex);
DOT(cdotu, float complex);
DOT(cdotc, float complex);

int main(void)
{
    const int32_t n = N, one = 1;
    double d[N];
    double complex z[N], result;
    float complex c[N], single;
    for (int i = 0; i < N; i++) {
        d[i] = i;
        z[i] = i + 1 - 2 * I;
        c[i] = (float complex)z[i];
    }
    printf("%g\n", ddot_(&n, d, &one, d, &one));
    CALL(zdotu, result, &n, z, &one, z, &one);
    printf("%g %g\n", creal(result), cimag(result));
    CALL(zdotc, result, &n, z, &one, z, &one);
    printf("%g %g\n", creal(result), cimag(result));
    CALL(cdotu, single, &n, c, &one, c, &one);
    printf("%g %g\n", (double)crealf(single), (double)cimagf(single));
    CALL(cdotc, single, &n, c, &one, c, &one);
    printf("%g %g\n", (double)crealf(single), (double)cimagf(single));
    return 0;
}
