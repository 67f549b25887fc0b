/* idle ALPHA BETA: each kind of BLAS routine that looks at its scalars before it does anything, once by Fortran and, of most,
 * once by CBLAS. Prints the sum of what they left in C. */
#include <stdio.h>
#include <stdlib.h>

#define N 8
enum { ROWS = 101, PLAIN = 111, UPPER = 121 };
typedef const int *integer;
typedef const char *letter;
typedef const void *scalar;

void daxpy_(integer, scalar, scalar, integer, void *, integer);
void zaxpy_(integer, scalar, scalar, integer, void *, integer);
void dgemv_(letter, integer, integer, scalar, scalar, integer, scalar, integer, scalar, void *, integer, size_t);
void dsymv_(letter, integer, scalar, scalar, integer, scalar, integer, scalar, void *, integer, size_t);
void dger_(integer, integer, scalar, scalar, integer, scalar, integer, void *, integer);
void dsyr_(letter, integer, scalar, scalar, integer, void *, integer, size_t);
void zher_(letter, integer, scalar, scalar, integer, void *, integer, size_t);
void dsyr2_(letter, integer, scalar, scalar, integer, scalar, integer, void *, integer, size_t);
void dgemm_(letter, letter, integer, integer, integer, scalar, scalar, integer, scalar, integer, scalar, void *, integer,
            size_t, size_t);
void sgemm_(letter, letter, integer, integer, integer, scalar, scalar, integer, scalar, integer, scalar, void *, integer,
            size_t, size_t);
void zgemm_(letter, letter, integer, integer, integer, scalar, scalar, integer, scalar, integer, scalar, void *, integer,
            size_t, size_t);
void dsymm_(letter, letter, integer, integer, scalar, scalar, integer, scalar, integer, scalar, void *, integer, size_t,
            size_t);
void dsyrk_(letter, letter, integer, integer, scalar, scalar, integer, scalar, void *, integer, size_t, size_t);
void zherk_(letter, letter, integer, integer, scalar, scalar, integer, scalar, void *, integer, size_t, size_t);
void dsyr2k_(letter, letter, integer, integer, scalar, scalar, integer, scalar, integer, scalar, void *, integer, size_t,
             size_t);
void cblas_daxpy(int, double, const double *, int, double *, int);
void cblas_dgemv(int, int, int, int, double, const double *, int, const double *, int, double, double *, int);
void cblas_dgemm(int, int, int, int, int, int, double, const double *, int, const double *, int, double, double *, int);
void cblas_zgemm(int, int, int, int, int, int, scalar, scalar, int, scalar, int, scalar, void *, int);
void cblas_zherk(int, int, int, int, int, double, scalar, int, double, void *, int);

static double a[2 * N * N], c[2 * N * N];
static const int n = N, one = 1;

static void by_fortran(scalar alpha, scalar beta, scalar alpha_single, scalar beta_single)
{
    static float c_single[N * N];
    daxpy_(&n, alpha, a, &one, c, &one);
    zaxpy_(&n, alpha, a, &one, c, &one);
    dgemv_("N", &n, &n, alpha, a, &n, a, &one, beta, c, &one, 1);
    dsymv_("U", &n, alpha, a, &n, a, &one, beta, c, &one, 1);
    dger_(&n, &n, alpha, a, &one, a, &one, c, &n);
    dsyr_("U", &n, alpha, a, &one, c, &n, 1);
    zher_("U", &n, alpha, a, &one, c, &n, 1);
    dsyr2_("U", &n, alpha, a, &one, a, &one, c, &n, 1);
    dgemm_("N", "N", &n, &n, &n, alpha, a, &n, a, &n, beta, c, &n, 1, 1);
    sgemm_("N", "N", &n, &n, &n, alpha_single, a, &n, a, &n, beta_single, c_single, &n, 1, 1);
    zgemm_("N", "N", &n, &n, &n, alpha, a, &n, a, &n, beta, c, &n, 1, 1);
    dsymm_("L", "U", &n, &n, alpha, a, &n, a, &n, beta, c, &n, 1, 1);
    dsyrk_("U", "N", &n, &n, alpha, a, &n, beta, c, &n, 1, 1);
    zherk_("U", "N", &n, &n, alpha, a, &n, beta, c, &n, 1, 1);
    dsyr2k_("U", "N", &n, &n, alpha, a, &n, a, &n, beta, c, &n, 1, 1);
}

int main(int argc, char **argv)
{
    const double alpha[2] = {argc > 1 ? strtod(argv[1], NULL) : 0}, beta[2] = {argc > 2 ? strtod(argv[2], NULL) : 1};
    const float alpha_single = (float)alpha[0], beta_single = (float)beta[0];
    double sum = 0;
    for (int i = 0; i < N * N; i++)
        a[i] = c[i] = i;
    by_fortran(alpha, beta, &alpha_single, &beta_single);
    cblas_daxpy(n, *alpha, a, 1, c, 1);
    cblas_dgemv(ROWS, PLAIN, n, n, *alpha, a, n, a, 1, *beta, c, 1);
    cblas_dgemm(ROWS, PLAIN, PLAIN, n, n, n, *alpha, a, n, a, n, *beta, c, n);
    cblas_zgemm(ROWS, PLAIN, PLAIN, n, n, n, alpha, a, n, a, n, beta, c, n);
    cblas_zherk(ROWS, UPPER, PLAIN, n, n, *alpha, a, n, *beta, c, n);
    for (int i = 0; i < 2 * N * N; i++)
        sum += c[i];
    printf("%g\n", sum);
    return 0;
}
