/* A BLAS of its own, in which ddot answers ANSWER, and a function that calls it by an undefined symbol. WHOLE: both in one
 * library; BLAS: the first; else the second. */
double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy);
double answer(void);

#if defined WHOLE || defined BLAS
double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy)
{
    (void)n, (void)x, (void)incx, (void)y, (void)incy;
    return ANSWER;
}
#endif

#ifndef BLAS
double answer(void)
{
    const int n = 4, one = 1;
    const double x[4] = {1, 1, 1, 1};
    return ddot_(&n, x, &one, x, &one);
}
#endif
