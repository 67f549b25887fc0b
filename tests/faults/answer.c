/* A BLAS of its own, in which ddot answers ANSWER and dcopy copies it, and a function that calls both by undefined symbols, the
 * copy three times: the third is counted by what its thread has at hand. WHOLE: both in one library; BLAS: the first, of
 * another size each, so that it lies elsewhere; else the second. */
double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy);
void dcopy_(const int *n, const double *x, const int *incx, double *y, const int *incy);
double answer(void);

#ifdef BLAS
char room[ANSWER * 65536];
#endif

#if defined WHOLE || defined BLAS
double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy)
{
    (void)n, (void)x, (void)incx, (void)y, (void)incy;
    return ANSWER;
}

void dcopy_(const int *n, const double *x, const int *incx, double *y, const int *incy)
{
    (void)x, (void)incx, (void)incy;
    for (int i = 0; i < *n; i++)
        y[i] = ANSWER;
}
#endif

#ifndef BLAS
double answer(void)
{
    const int n = 4, one = 1;
    const double x[4] = {1, 1, 1, 1};
    for (int i = 0; i < 3; i++) {
        double y[4] = {0};
        dcopy_(&n, x, &one, y, &one);
        if (y[0] != y[3] || !y[3])
            return -1;
    }
    return ddot_(&n, x, &one, x, &one);
}
#endif
