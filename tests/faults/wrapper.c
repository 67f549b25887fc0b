/* A plugin that has names of BLAS inside, as SciPy's modules have, but no BLAS: it hands calls on. */
double cblas_ddot(int n, const double *x, int incx, const double *y, int incy);
double plugin(void);
double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy);

/* Larger than a jump: what shows it is that it needs the same routine from elsewhere. */
__attribute__((visibility("hidden"), noipa)) double ddot_(const int *n, const double *x, const int *incx, const double *y,
                                                          const int *incy)
{
    for (volatile int i = 0; i < *n; i++)
        if (x[i] != y[i] || *incx != *incy)
            return 0;
    return cblas_ddot(*n, x, *incx, y, *incy);
}

/* And a jump. */
__asm__(".text\n.type dgemm_, @function\ndgemm_: jmp *0\n.size dgemm_, .-dgemm_\n");

double plugin(void)
{
    const int n = 4, one = 1;
    const double x[4] = {1, 1, 1, 1};
    return ddot_(&n, x, &one, x, &one);
}
