/* What the expert drivers with extra-precise refinement need of XBLAS, which Debian does not have: products of a matrix and a
 * vector in double-double arithmetic, with XBLAS's operations: 17 for a product of two numbers, 20 for a sum of two pairs.
 * Counted calls are of an untransposed matrix with steps of 1; those that carry the solution in two vectors are never reached
 * on well conditioned data. */
#include <stdlib.h>

struct pair {
    double head, tail;
};

static struct pair product(double a, double b)
{
    const double split = 134217729.0; /* 2^27 + 1 */
    const double wide_a = a * split, wide_b = b * split;
    const double a1 = wide_a - (wide_a - a), b1 = wide_b - (wide_b - b), a2 = a - a1, b2 = b - b1;
    const double head = a * b;
    return (struct pair){head, (((a1 * b1 - head) + a1 * b2) + a2 * b1) + a2 * b2};
}

static struct pair sum(struct pair x, struct pair y)
{
    double high = x.head + y.head, other = high - x.head;
    double rest = (y.head - other) + (x.head - (high - other));
    double low = x.tail + y.tail;
    other = low - x.tail;
    double last = (y.tail - other) + (x.tail - (low - other));
    rest += low;
    low = high + rest;
    last += rest - (low - high);
    high = low + last;
    return (struct pair){high, last - (high - low)};
}

/* y - A x for a column of entries: what refinement asks for, alpha = -1 and beta = 1. */
static double less(double y, struct pair x)
{
    return sum((struct pair){y, 0}, (struct pair){-x.head, -x.tail}).head;
}

void blas_dgemv_x_(const int *trans, const int *m, const int *n, const double *alpha, const double *a, const int *lda,
                   const double *x, const int *incx, const double *beta, double *y, const int *incy, const int *prec)
{
    (void)trans, (void)alpha, (void)incx, (void)beta, (void)incy, (void)prec;
    for (long i = 0; i < *m; i++) {
        struct pair total = {0, 0};
        for (long j = 0; j < *n; j++)
            total = sum(total, product(a[i + j * *lda], x[j]));
        y[i] = less(y[i], total);
    }
}

void blas_dsymv_x_(const int *uplo, const int *n, const double *alpha, const double *a, const int *lda, const double *x,
                   const int *incx, const double *beta, double *y, const int *incy, const int *prec)
{
    const int upper = 121;
    (void)alpha, (void)incx, (void)beta, (void)incy, (void)prec;
    for (long i = 0; i < *n; i++) {
        struct pair total = {0, 0};
        for (long j = 0; j < *n; j++)
            total = sum(total, product((i < j) == (*uplo == upper) || i == j ? a[i + j * *lda] : a[j + i * *lda], x[j]));
        y[i] = less(y[i], total);
    }
}

void blas_dgbmv_x_(const int *trans, const int *m, const int *n, const int *kl, const int *ku, const double *alpha,
                   const double *ab, const int *ldab, const double *x, const int *incx, const double *beta, double *y,
                   const int *incy, const int *prec)
{
    (void)trans, (void)alpha, (void)incx, (void)beta, (void)incy, (void)prec;
    for (long i = 0; i < *m; i++) {
        struct pair total = {0, 0};
        for (long j = i > *kl ? i - *kl : 0; j < *n && j <= i + *ku; j++)
            total = sum(total, product(ab[*ku + i - j + j * *ldab], x[j]));
        y[i] = less(y[i], total);
    }
}

/* The real and the imaginary part of one entry: four products, two sums of them and two more. */
void blas_zgemv_x_(const int *trans, const int *m, const int *n, const double *alpha, const double *a, const int *lda,
                   const double *x, const int *incx, const double *beta, double *y, const int *incy, const int *prec)
{
    (void)trans, (void)alpha, (void)incx, (void)beta, (void)incy, (void)prec;
    for (long i = 0; i < *m; i++) {
        struct pair real = {0, 0}, imaginary = {0, 0};
        for (long j = 0; j < *n; j++) {
            const double *e = a + 2 * (i + j * *lda), *f = x + 2 * j;
            real = sum(real, sum(product(e[0], f[0]), product(-e[1], f[1])));
            imaginary = sum(imaginary, sum(product(e[0], f[1]), product(e[1], f[0])));
        }
        y[2 * i] = less(y[2 * i], real);
        y[2 * i + 1] = less(y[2 * i + 1], imaginary);
    }
}

void blas_dgemv2_x_(void)
{
    abort();
}

void blas_dsymv2_x_(void)
{
    abort();
}

void blas_dgbmv2_x_(void)
{
    abort();
}

void blas_zgemv2_x_(void)
{
    abort();
}
