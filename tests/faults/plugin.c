/* A plugin whose one function calls ddot with n = 4. */
double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy);
double plugin(void);

double plugin(void)
{
    const int n = 4, one = 1;
    const double x[4] = {1, 1, 1, 1};
    return ddot_(&n, x, &one, x, &one);
}
