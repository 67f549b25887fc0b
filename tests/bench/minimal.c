/* The least that a preloaded wrapper can do: find the real function once, forward. The yardstick of scripts/bench.sh. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>

/* A wrapper that has something to do afterwards, so that the compiler makes no jump of the call; and one that jumps. */
#ifdef JUMPS
#define AFTERWARDS()
#else
#define AFTERWARDS() __asm__ volatile("")
#endif

typedef double ddot_t(const int *, const double *, const int *, const double *, const int *);
typedef void dgemm_t(const char *, const char *, const int *, const int *, const int *, const double *, const double *,
                     const int *, const double *, const int *, const double *, double *, const int *, size_t, size_t);
typedef double cblas_ddot_t(int, const double *, int, const double *, int);
typedef void cblas_dgemm_t(int, int, int, int, int, int, double, const double *, int, const double *, int, double, double *,
                           int);

double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy)
{
    static ddot_t *real;
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "ddot_");
    double result = real(n, x, incx, y, incy);
    AFTERWARDS();
    return result;
}

void dgemm_(const char *transa, const char *transb, const int *m, const int *n, const int *k, const double *alpha,
            const double *a, const int *lda, const double *b, const int *ldb, const double *beta, double *c, const int *ldc,
            size_t length_a, size_t length_b)
{
    static dgemm_t *real;
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "dgemm_");
    real(transa, transb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc, length_a, length_b);
    AFTERWARDS();
}

double cblas_ddot(int n, const double *x, int incx, const double *y, int incy)
{
    static cblas_ddot_t *real;
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "cblas_ddot");
    double result = real(n, x, incx, y, incy);
    AFTERWARDS();
    return result;
}

void cblas_dgemm(int layout, int transa, int transb, int m, int n, int k, double alpha, const double *a, int lda,
                 const double *b, int ldb, double beta, double *c, int ldc)
{
    static cblas_dgemm_t *real;
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "cblas_dgemm");
    real(layout, transa, transb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    AFTERWARDS();
}
