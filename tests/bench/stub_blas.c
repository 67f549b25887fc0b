/* A BLAS that does nothing, so that what is measured is the way to it; and a LAPACK that does nothing but call it. */
#include <stddef.h>
#include <stdint.h>

double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy)
{
    (void)n, (void)incx, (void)incy;
    return x[0] * y[0];
}

void dcopy_(const int *n, const double *x, const int *incx, double *y, const int *incy)
{
    (void)n, (void)incx, (void)incy;
    y[0] = x[0];
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

void dgetrf_(const int *m, const int *n, double *a, const int *lda, int *ipiv, int *info)
{
    (void)m, (void)n, (void)a, (void)lda, (void)ipiv;
    *info = 0;
}

/* As many calls as the matrix has rows: of ddot_, dgemm_ where it is an upper one, dgetrf_ where it has a bandwidth. */
void dpbtrf_(const char *uplo, const int *n, const int *kd, double *a, const int *lda, int *info)
{
    const int one = 1;
    double c[1];
    int pivots[1];
    for (int i = 0; i < *n; i++)
        if (*kd)
            dgetrf_(&one, &one, a, lda, pivots, info);
        else if (*uplo == 'U')
            dgemm_("N", "N", &one, &one, &one, a, a, &one, a, &one, a, c, &one, 1, 1);
        else
            c[0] = ddot_(&one, a, &one, a, &one);
    *info = 0;
}
