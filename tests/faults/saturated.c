/* A product of 3,000,000,000 rows and columns, by a library that does nothing (BLAS: that library). */
#include <stddef.h>
#include <stdint.h>

void dgemm_64_(const char *transa, const char *transb, const int64_t *m, const int64_t *n, const int64_t *k,
               const double *alpha, const double *a, const int64_t *lda, const double *b, const int64_t *ldb,
               const double *beta, double *c, const int64_t *ldc, size_t length_a, size_t length_b);

#ifdef BLAS
void dgemm_64_(const char *transa, const char *transb, const int64_t *m, const int64_t *n, const int64_t *k,
               const double *alpha, const double *a, const int64_t *lda, const double *b, const int64_t *ldb,
               const double *beta, double *c, const int64_t *ldc, size_t length_a, size_t length_b)
{
    (void)transa, (void)transb, (void)m, (void)n, (void)k, (void)alpha, (void)a, (void)lda, (void)b, (void)ldb, (void)beta;
    (void)c, (void)ldc, (void)length_a, (void)length_b;
}
#else
int main(void)
{
    const int64_t n = 3000000000;
    const double a = 2;
    double c = 0;
    dgemm_64_("N", "N", &n, &n, &n, &a, &a, &n, &a, &n, &a, &c, &n, 1, 1);
    return 0;
}
#endif
