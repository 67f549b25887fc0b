/* An object that calls dgemm_: the bench loads copies of it. */
#include <stddef.h>

void dgemm_(const char *, const char *, const int *, const int *, const int *, const double *, const double *, const int *,
            const double *, const int *, const double *, double *, const int *, size_t, size_t);

void call_dgemm(long count)
{
    const int n = 1;
    const double alpha = 1, beta = 0;
    double a = 1, b = 1, c = 0;
    for (long i = 0; i < count; i++)
        dgemm_("N", "N", &n, &n, &n, &alpha, &a, &n, &b, &n, &beta, &c, &n, 1, 1);
}
