/* A BLAS that does nothing, so that what is measured is the way to it. */
#include <stddef.h>
#include <stdint.h>

double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy)
{
    (void)n, (void)incx, (void)incy;
    return x[0] * y[0];
}

void dgemm_(const char *transa, const char *transb, const int *m, const int *n, const int *k, const double *alpha,
            const double *a, const int *lda, const double *b, const int *ldb, const double *beta, double *c, const int *ldc,
            size_t length_a, size_t length_b)
{
    (void)transa, (void)transb, (void)m, (void)n, (void)k, (void)alpha, (void)lda, (void)ldb, (void)beta, (void)ldc;
    (void)length_a, (void)length_b;
    c[0] = a[0] + b[0];
}

double cblas_ddot(int n, const double *x, int incx, const double *y, int incy)
{
    (void)n, (void)incx, (void)incy;
    return x[0] * y[0];
}

void cblas_dgemm(int layout, int transa, int transb, int m, int n, int k, double alpha, const double *a, int lda,
                 const double *b, int ldb, double beta, double *c, int ldc)
{
    (void)layout, (void)transa, (void)transb, (void)m, (void)n, (void)k, (void)alpha, (void)lda, (void)ldb, (void)beta;
    (void)ldc;
    c[0] = a[0] + b[0];
}
