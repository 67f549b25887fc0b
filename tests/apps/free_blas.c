/* A BLAS and LAPACK, whose own calls are known by the frame of the call to it only where its name tells nothing. dgemm copies
 * by its dcopy five times, dgees asks its SELECT twice, and neither does anything else. */

double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy);
void dcopy_(const int *n, const double *x, const int *incx, double *y, const int *incy);
void dgemm_(const char *ta, const char *tb, const int *m, const int *n, const int *k, const double *alpha, const double *a,
            const int *lda, const double *b, const int *ldb, const double *beta, double *c, const int *ldc);
void dgees_(const char *jobvs, const char *sort, int (*select)(const double *, const double *), const int *n, double *a,
            const int *lda, int *sdim, double *wr, double *wi, double *vs, const int *ldvs, double *work, const int *lwork,
            int *bwork, int *info);

void dcopy_(const int *n, const double *x, const int *incx, double *y, const int *incy)
{
    for (int i = 0; i < *n; i++)
        y[i * *incy] = x[i * *incx];
}

double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy)
{
    double sum = 0;
    for (int i = 0; i < *n; i++)
        sum += x[i * *incx] * y[i * *incy];
    return sum;
}

void dgemm_(const char *ta, const char *tb, const int *m, const int *n, const int *k, const double *alpha, const double *a,
            const int *lda, const double *b, const int *ldb, const double *beta, double *c, const int *ldc)
{
    const int one = 1;
    (void)ta, (void)tb, (void)n, (void)k, (void)alpha, (void)lda, (void)b, (void)ldb, (void)beta, (void)ldc;
    for (int i = 0; i < 5; i++)
        dcopy_(m, a, &one, c, &one);
}

void dgees_(const char *jobvs, const char *sort, int (*select)(const double *, const double *), const int *n, double *a,
            const int *lda, int *sdim, double *wr, double *wi, double *vs, const int *ldvs, double *work, const int *lwork,
            int *bwork, int *info)
{
    (void)jobvs, (void)sort, (void)n, (void)a, (void)lda, (void)vs, (void)ldvs, (void)work, (void)lwork, (void)bwork;
    *sdim = select(wr, wi) + select(wr, wi);
    *info = 0;
}
