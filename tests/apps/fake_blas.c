/* A provider that computes nothing: it says what arrived, argument by argument, and returns what cannot be mistaken. With
 * WIDE its integers have 64 bits. Unused argument registers and stack slots are not looked at. */
#include <complex.h>
#include <stdint.h>
#include <stdio.h>
#ifdef WIDE
typedef int64_t INT;
#else
typedef int32_t INT;
#endif
#define P(x) ((const void *)(x))
#define SAY(...) printf(__VA_ARGS__)
#define L(x) ((long long)(x))

void dgemm_(const char *ta, const char *tb, const INT *m, const INT *n, const INT *k, const double *alpha, const double *a,
            const INT *lda, const double *b, const INT *ldb, const double *beta, double *c, const INT *ldc, size_t la,
            size_t lb)
{
    SAY("dgemm_ %c%c %lld %lld %lld %g %p %lld %p %lld %g %p %lld %zu %zu\n", *ta, *tb, L(*m), L(*n), L(*k), *alpha, P(a),
        L(*lda), P(b), L(*ldb), *beta, P(c), L(*ldc), la, lb);
}

void dtrsm_(const char *side, const char *uplo, const char *ta, const char *diag, const INT *m, const INT *n,
            const double *alpha, const double *a, const INT *lda, double *b, const INT *ldb, size_t l1, size_t l2, size_t l3,
            size_t l4)
{
    SAY("dtrsm_ %c%c%c%c %lld %lld %g %p %lld %p %lld %zu %zu %zu %zu\n", *side, *uplo, *ta, *diag, L(*m), L(*n), *alpha, P(a),
        L(*lda), P(b), L(*ldb), l1, l2, l3, l4);
}

void cblas_sgemm(int layout, int ta, int tb, INT m, INT n, INT k, float alpha, const float *a, INT lda, const float *b, INT ldb,
                 float beta, float *c, INT ldc)
{
    SAY("cblas_sgemm %d %d %d %lld %lld %lld %g %p %lld %p %lld %g %p %lld\n", layout, ta, tb, L(m), L(n), L(k), (double)alpha,
        P(a), L(lda), P(b), L(ldb), (double)beta, P(c), L(ldc));
}

void cblas_zgemm(int layout, int ta, int tb, INT m, INT n, INT k, const void *alpha, const void *a, INT lda, const void *b,
                 INT ldb, const void *beta, void *c, INT ldc)
{
    const double *by = alpha, *of = beta;
    SAY("cblas_zgemm %d %d %d %lld %lld %lld %g %g %p %lld %p %lld %g %g %p %lld\n", layout, ta, tb, L(m), L(n), L(k), by[0],
        by[1], a, L(lda), b, L(ldb), of[0], of[1], c, L(ldc));
}

void cblas_srotmg(float *d1, float *d2, float *x1, float y1, float *p)
{
    SAY("cblas_srotmg %p %p %p %g %p\n", P(d1), P(d2), P(x1), (double)y1, P(p));
}

void cblas_zdrot(INT n, void *x, INT incx, void *y, INT incy, double c, double s)
{
    SAY("cblas_zdrot %lld %p %lld %p %lld %g %g\n", L(n), x, L(incx), y, L(incy), c, s);
}

double ddot_(const INT *n, const double *x, const INT *incx, const double *y, const INT *incy)
{
    SAY("ddot_ %lld %p %lld %p %lld\n", L(*n), P(x), L(*incx), P(y), L(*incy));
    return 1.5;
}

float cblas_sdsdot(INT n, float alpha, const float *x, INT incx, const float *y, INT incy)
{
    SAY("cblas_sdsdot %lld %g %p %lld %p %lld\n", L(n), (double)alpha, P(x), L(incx), P(y), L(incy));
    return 2.5f;
}

double complex zdotc_(const INT *n, const void *x, const INT *incx, const void *y, const INT *incy)
{
    SAY("zdotc_ %lld %p %lld %p %lld\n", L(*n), x, L(*incx), y, L(*incy));
    return 3.25 - 4.75 * I;
}

float complex cdotu_(const INT *n, const void *x, const INT *incx, const void *y, const INT *incy)
{
    SAY("cdotu_ %lld %p %lld %p %lld\n", L(*n), x, L(*incx), y, L(*incy));
    return 5.5f + 6.125f * I;
}

void cblas_zdotc_sub(INT n, const void *x, INT incx, const void *y, INT incy, void *dot)
{
    SAY("cblas_zdotc_sub %lld %p %lld %p %lld %p\n", L(n), x, L(incx), y, L(incy), dot);
}

INT idamax_(const INT *n, const double *x, const INT *incx)
{
    SAY("idamax_ %lld %p %lld\n", L(*n), P(x), L(*incx));
    return (INT)0x7000000100000002;
}

size_t cblas_icamax(INT n, const void *x, INT incx)
{
    SAY("cblas_icamax %lld %p %lld\n", L(n), x, L(incx));
    return (size_t)-3;
}
