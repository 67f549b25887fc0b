/* Small libraries that define ddot and dasum as few real ones do. CHOSEN: ddot is an IFUNC, which answers 1; VERSIONS: it has
 * two versions, of which the older answers 1 and the default 2; PART: there is but dasum, which answers 1. Else all answer 2.
 */
double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy);
double dasum_(const int *n, const double *x, const int *incx);

#ifdef PART
#define ANSWER 1
#else
#define ANSWER 2
#endif

double dasum_(const int *n, const double *x, const int *incx)
{
    (void)n, (void)x, (void)incx;
    return ANSWER;
}

#if defined CHOSEN
static double answer(void)
{
    return 1;
}
static void *choose(void)
{
    return (void *)answer;
}
double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy) __attribute__((ifunc("choose")));

#elif defined VERSIONS
double older(void);
double newer(void);
double older(void)
{
    return 1;
}
double newer(void)
{
    return 2;
}
__asm__(".symver older, ddot_@OLD\n.symver newer, ddot_@@NEW");

#elif !defined PART
double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy)
{
    (void)n, (void)x, (void)incx, (void)y, (void)incy;
    return ANSWER;
}
#endif
