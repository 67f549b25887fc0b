/* A LAPACK of a name that tells nothing, which takes its BLAS from elsewhere: what it copies is nested within dgees, and a call
 * like any other's where the program has it tidied. */

void dcopy_(const int *n, const double *x, const int *incx, double *y, const int *incy);
void dgees_(const char *jobvs, const char *sort, int (*select)(const double *, const double *), const int *n, double *a,
            const int *lda, int *sdim, double *wr, double *wi, double *vs, const int *ldvs, double *work, const int *lwork,
            int *bwork, int *info);
void tidy(void);

void tidy(void)
{
    const int two = 2, one = 1;
    const double from[2] = {1, 2};
    double to[2];
    dcopy_(&two, from, &one, to, &one);
}

void dgees_(const char *jobvs, const char *sort, int (*select)(const double *, const double *), const int *n, double *a,
            const int *lda, int *sdim, double *wr, double *wi, double *vs, const int *ldvs, double *work, const int *lwork,
            int *bwork, int *info)
{
    (void)jobvs, (void)sort, (void)n, (void)a, (void)lda, (void)vs, (void)ldvs, (void)work, (void)lwork, (void)bwork;
    for (int i = 0; i < 3; i++)
        tidy();
    *sdim = select(wr, wi) + select(wr, wi);
    *info = 0;
}
