/* A provider whose name tells nothing. With INTEL its complex functions return by a first, hidden pointer, as MKL's do; else as
 * gfortran's. Its isamax_ calls its own isamax by the name that it exports, as MKL inside libtorch_cpu does. */
#include <complex.h>
#include <stdint.h>

int32_t isamax(const int32_t *n, const float *x, const int32_t *incx);
int32_t isamax_(const int32_t *n, const float *x, const int32_t *incx);
double ddot_(const int32_t *n, const double *x, const int32_t *incx, const double *y, const int32_t *incy);

int32_t isamax(const int32_t *n, const float *x, const int32_t *incx)
{
    int32_t best = 0;
    for (int32_t i = 0; i < *n; i++)
        if (x[i * *incx] > x[best * *incx])
            best = i;
    return *n > 0 ? best + 1 : 0;
}

int32_t isamax_(const int32_t *n, const float *x, const int32_t *incx)
{
    return isamax(n, x, incx);
}

double ddot_(const int32_t *n, const double *x, const int32_t *incx, const double *y, const int32_t *incy)
{
    double sum = 0;
    for (int32_t i = 0; i < *n; i++)
        sum += x[i * *incx] * y[i * *incy];
    return sum;
}

#define DOT_OF(name, type, turned)                                                                             \
    static type name(const int32_t *n, const type *x, const int32_t *incx, const type *y, const int32_t *incy) \
    {                                                                                                          \
        type sum = 0;                                                                                          \
        for (int32_t i = 0; i < *n; i++)                                                                       \
            sum += turned(x[i * *incx]) * y[i * *incy];                                                        \
        return sum;                                                                                            \
    }
DOT_OF(zdotu, double complex, )
DOT_OF(zdotc, double complex, conj)
DOT_OF(cdotu, float complex, )
DOT_OF(cdotc, float complex, conjf)

#ifdef INTEL
#define DOT(name, type)                                                                                                  \
    void name##_(type *, const int32_t *, const type *, const int32_t *, const type *, const int32_t *);                 \
    void name##_(type *result, const int32_t *n, const type *x, const int32_t *incx, const type *y, const int32_t *incy) \
    {                                                                                                                    \
        *result = name(n, x, incx, y, incy);                                                                             \
    }
#else
#define DOT(name, type)                                                                                    \
    type name##_(const int32_t *, const type *, const int32_t *, const type *, const int32_t *);           \
    type name##_(const int32_t *n, const type *x, const int32_t *incx, const type *y, const int32_t *incy) \
    {                                                                                                      \
        return name(n, x, incx, y, incy);                                                                  \
    }
#endif
DOT(zdotu, double complex)
DOT(zdotc, double complex)
DOT(cdotu, float complex)
DOT(cdotc, float complex)
