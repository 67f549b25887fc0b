/* Calls of LAPACK for small matrices (the 'brief' lines of cost/signatures/linear.spec), each several times over, and between
 * them calls that are rejected. Prints what they return. */
#include <complex.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifdef SCIPY /* as in the libraries that come with NumPy's wheels */
typedef int64_t integer;
#define NAME(routine) scipy_##routine##_64_
#else
typedef int integer;
#define NAME(routine) routine##_
#endif

enum { MOST = 8 };

/* The reference's ends the program. */
void NAME(xerbla)(const char *name, const integer *place, size_t length)
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

#define DECLARE(p)                                                                                                        \
    void NAME(p##getrf)(const integer *, const integer *, void *, const integer *, integer *, integer *);                 \
    void NAME(p##gesv)(const integer *, const integer *, void *, const integer *, integer *, void *, const integer *,     \
                       integer *);                                                                                        \
    void NAME(p##getrs)(const char *, const integer *, const integer *, void *, const integer *, integer *, void *,       \
                        const integer *, integer *, size_t);                                                              \
    void NAME(p##potrf)(const char *, const integer *, void *, const integer *, integer *, size_t);                       \
    void NAME(p##potri)(const char *, const integer *, void *, const integer *, integer *, size_t);                       \
    void NAME(p##lauum)(const char *, const integer *, void *, const integer *, integer *, size_t);                       \
    void NAME(p##potrs)(const char *, const integer *, const integer *, void *, const integer *, void *, const integer *, \
                        integer *, size_t);                                                                               \
    void NAME(p##posv)(const char *, const integer *, const integer *, void *, const integer *, void *, const integer *,  \
                       integer *, size_t);                                                                                \
    void NAME(p##trtri)(const char *, const char *, const integer *, void *, const integer *, integer *, size_t, size_t); \
    static void p##calls(integer m, integer n, integer nrhs, integer lda, const char *uplo, int step, double *sum)        \
    {                                                                                                                     \
        static double a[2 * MOST * MOST], b[2 * MOST * MOST];                                                             \
        integer pivots[MOST], ld = MOST, info = 0, all = 0;                                                               \
        const char *trans[] = {"N", "T", "c"};                                                                            \
        fill(a, MOST, step), fill(b, MOST, step);                                                                         \
        NAME(p##getrf)(&m, &n, a, &lda, pivots, &info), all += info;                                                      \
        fill(a, MOST, step);                                                                                              \
        NAME(p##gesv)(&n, &nrhs, a, &lda, pivots, b, &ld, &info), all += info;                                            \
        for (int i = 0; i < 3; i++)                                                                                       \
            NAME(p##getrs)(trans[i], &n, &nrhs, a, &lda, pivots, b, &ld, &info, 1), all += info;                          \
        fill(a, MOST, step);                                                                                              \
        NAME(p##potrf)(uplo, &n, a, &lda, &info, 1), all += info;                                                         \
        NAME(p##potrs)(uplo, &n, &nrhs, a, &lda, b, &ld, &info, 1), all += info;                                          \
        NAME(p##potri)(uplo, &n, a, &lda, &info, 1), all += info;                                                         \
        NAME(p##lauum)(uplo, &n, a, &lda, &info, 1), all += info;                                                         \
        fill(a, MOST, step);                                                                                              \
        NAME(p##posv)(uplo, &n, &nrhs, a, &lda, b, &ld, &info, 1), all += info;                                           \
        NAME(p##trtri)(uplo, "N", &n, a, &lda, &info, 1, 1), all += info;                                                 \
        NAME(p##trtri)(uplo, "u", &n, a, &lda, &info, 1, 1), all += info;                                                 \
        *sum += (double)all + a[0] + b[0];                                                                                \
    }
DECLARE(d)
DECLARE(z)

int main(void)
{
    double sum = 0;
    for (int round = 0; round < 3; round++)
        for (integer n = 0; n <= MOST; n += n ? n : 1) {
            dcalls(n, n, 1, MOST, "L", 1, &sum);
            zcalls(n, n, 3, MOST, "u", 2, &sum);
            dcalls(n / 2, n, 3, MOST, "U", 1, &sum);
            dcalls(n, -1, 1, MOST, "L", 1, &sum);
            zcalls(-1, n, -1, n - 1, "X", 2, &sum);
        }
    printf("%.12g\n", sum);
    return 0;
}
