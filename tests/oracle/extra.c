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

/* A complex sum: the real and the imaginary part. */
struct complex {
    struct pair real, imaginary;
};

/* total + e f, or with the conjugate of e: four products, two sums of them and two more. */
static struct complex with_entry(struct complex total, const double *e, const double *f, int conjugate)
{
    const double imaginary = conjugate ? -e[1] : e[1];
    const struct pair real = sum(product(e[0], f[0]), product(-imaginary, f[1]));
    return (struct complex){sum(total.real, real), sum(total.imaginary, sum(product(e[0], f[1]), product(imaginary, f[0])))};
}

static void store_less(double *y, struct complex x)
{
    y[0] = less(y[0], x.real);
    y[1] = less(y[1], x.imaginary);
}

void blas_zgemv_x_(const int *trans, const int *m, const int *n, const double *alpha, const double *a, const int *lda,
                   const double *x, const int *incx, const double *beta, double *y, const int *incy, const int *prec)
{
    (void)trans, (void)alpha, (void)incx, (void)beta, (void)incy, (void)prec;
    for (long i = 0; i < *m; i++) {
        struct complex total = {0};
        for (long j = 0; j < *n; j++)
            total = with_entry(total, a + 2 * (i + j * *lda), x + 2 * j, 0);
        store_less(y + 2 * i, total);
    }
}

/* Of a matrix of which one triangle is stored. */
static void less_half(int uplo, long n, const double *a, long lda, const double *x, double *y, int hermitian)
{
    const int upper = 121;
    for (long i = 0; i < n; i++) {
        struct complex total = {0};
        for (long j = 0; j < n; j++) {
            const int stored = i == j || (i < j) == (uplo == upper);
            total = with_entry(total, a + 2 * (stored ? i + j * lda : j + i * lda), x + 2 * j, !stored && hermitian);
        }
        store_less(y + 2 * i, total);
    }
}

void blas_zsymv_x_(const int *uplo, const int *n, const double *alpha, const double *a, const int *lda, const double *x,
                   const int *incx, const double *beta, double *y, const int *incy, const int *prec)
{
    (void)alpha, (void)incx, (void)beta, (void)incy, (void)prec;
    less_half(*uplo, *n, a, *lda, x, y, 0);
}

void blas_zhemv_x_(const int *uplo, const int *n, const double *alpha, const double *a, const int *lda, const double *x,
                   const int *incx, const double *beta, double *y, const int *incy, const int *prec)
{
    (void)alpha, (void)incx, (void)beta, (void)incy, (void)prec;
    less_half(*uplo, *n, a, *lda, x, y, 1);
}

void blas_zgbmv_x_(const int *trans, const int *m, const int *n, const int *kl, const int *ku, const double *alpha,
                   const double *ab, const int *ldab, const double *x, const int *incx, const double *beta, double *y,
                   const int *incy, const int *prec)
{
    (void)trans, (void)alpha, (void)incx, (void)beta, (void)incy, (void)prec;
    for (long i = 0; i < *m; i++) {
        struct complex total = {0};
        for (long j = i > *kl ? i - *kl : 0; j < *n && j <= i + *ku; j++)
            total = with_entry(total, ab + 2 * (*ku + i - j + j * *ldab), x + 2 * j, 0);
        store_less(y + 2 * i, total);
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

void blas_zsymv2_x_(void)
{
    abort();
}

void blas_zhemv2_x_(void)
{
    abort();
}

void blas_zgbmv2_x_(void)
{
    abort();
}
