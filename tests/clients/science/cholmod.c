/* SuiteSparse's supernodal Cholesky of a matrix whose one supernode is dense, so that its BLAS calls are known. */
#include <stdio.h>
#include <suitesparse/cholmod.h>

enum { N = 40 };

int main(void)
{
    cholmod_common c;
    cholmod_start(&c);
    c.supernodal = CHOLMOD_SUPERNODAL;
    cholmod_dense *full = cholmod_ones(N, N, CHOLMOD_REAL, &c);
    for (int i = 0; i < N; i++)
        ((double *)full->x)[i * N + i] = N + 1;
    cholmod_sparse *a = cholmod_dense_to_sparse(full, 1, &c);
    a->stype = -1;
    cholmod_factor *factor = cholmod_analyze(a, &c);
    cholmod_factorize(a, factor, &c);
    cholmod_dense *b = cholmod_ones(N, 1, CHOLMOD_REAL, &c), *x = cholmod_solve(CHOLMOD_A, factor, b, &c);
    printf("%.9f\n", ((double *)x->x)[0] * (N + N));
    cholmod_free_dense(&x, &c);
    cholmod_free_dense(&b, &c);
    cholmod_free_factor(&factor, &c);
    cholmod_free_sparse(&a, &c);
    cholmod_free_dense(&full, &c);
    cholmod_finish(&c);
    return 0;
}
