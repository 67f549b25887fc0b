/* Calls of LAPACK for small matrices (the 'brief' lines of cost/signatures/linear.spec), each several times over, and between
 * them calls that are rejected. Prints what they return. */
#include <complex.h>
#include <stdio.h>
#include <string.h>

enum { MOST = 8 };

/* The reference's ends the program. */
void xerbla_(const char *name, const int *place, size_t length)
{
    (void)name, (void)place, (void)length;
}

static void fill(double *re, int n, int step)
{
    memset(re, 0, (size_t)(MOST * MOST * step) * sizeof *re);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            re[(i * MOST + j) * step] = i == j ? 9 + i : 1;
}

#define DECLARE(p)                                                                                                          \
    void p##getrf_(const int *, const int *, void *, const int *, int *, int *);                                            \
    void p##gesv_(const int *, const int *, void *, const int *, int *, void *, const int *, int *);                        \
    void p##getrs_(const char *, const int *, const int *, void *, const int *, int *, void *, const int *, int *, size_t); \
    void p##potrf_(const char *, const int *, void *, const int *, int *, size_t);                                          \
    void p##potri_(const char *, const int *, void *, const int *, int *, size_t);                                          \
    void p##lauum_(const char *, const int *, void *, const int *, int *, size_t);                                          \
    void p##potrs_(const char *, const int *, const int *, void *, const int *, void *, const int *, int *, size_t);        \
    void p##posv_(const char *, const int *, const int *, void *, const int *, void *, const int *, int *, size_t);         \
    void p##trtri_(const char *, const char *, const int *, void *, const int *, int *, size_t, size_t);                    \
    static void p##calls(int m, int n, int nrhs, int lda, const char *uplo, int step, double *sum)                          \
    {                                                                                                                       \
        static double a[2 * MOST * MOST], b[2 * MOST * MOST];                                                               \
        int pivots[MOST], ld = MOST, info = 0, all = 0;                                                                     \
        const char *trans[] = {"N", "T", "c"};                                                                              \
        fill(a, MOST, step), fill(b, MOST, step);                                                                           \
        p##getrf_(&m, &n, a, &lda, pivots, &info), all += info;                                                             \
        fill(a, MOST, step);                                                                                                \
        p##gesv_(&n, &nrhs, a, &lda, pivots, b, &ld, &info), all += info;                                                   \
        for (int i = 0; i < 3; i++)                                                                                         \
            p##getrs_(trans[i], &n, &nrhs, a, &lda, pivots, b, &ld, &info, 1), all += info;                                 \
        fill(a, MOST, step);                                                                                                \
        p##potrf_(uplo, &n, a, &lda, &info, 1), all += info;                                                                \
        p##potrs_(uplo, &n, &nrhs, a, &lda, b, &ld, &info, 1), all += info;                                                 \
        p##potri_(uplo, &n, a, &lda, &info, 1), all += info;                                                                \
        p##lauum_(uplo, &n, a, &lda, &info, 1), all += info;                                                                \
        fill(a, MOST, step);                                                                                                \
        p##posv_(uplo, &n, &nrhs, a, &lda, b, &ld, &info, 1), all += info;                                                  \
        p##trtri_(uplo, "N", &n, a, &lda, &info, 1, 1), all += info;                                                        \
        p##trtri_(uplo, "u", &n, a, &lda, &info, 1, 1), all += info;                                                        \
        *sum += all + a[0] + b[0];                                                                                          \
    }
DECLARE(d)
DECLARE(z)

int main(void)
{
    double sum = 0;
    for (int round = 0; round < 3; round++)
        for (int n = 0; n <= MOST; n += n ? n : 1) {
            dcalls(n, n, 1, MOST, "L", 1, &sum);
            zcalls(n, n, 3, MOST, "u", 2, &sum);
            dcalls(n / 2, n, 3, MOST, "U", 1, &sum);
            dcalls(n, -1, 1, MOST, "L", 1, &sum);
            zcalls(-1, n, -1, n - 1, "X", 2, &sum);
        }
    printf("%.12g\n", sum);
    return 0;
}
