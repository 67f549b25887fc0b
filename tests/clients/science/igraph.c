/* igraph's own BLAS and LAPACK wrappers, and a centrality that comes from an eigenvalue problem by ARPACK. */
#include <igraph/igraph.h>
#include <stdio.h>

enum { M = 3, K = 4, N = 5, ORDER = 6 };

static void products(void)
{
    igraph_matrix_t a, b, c;
    igraph_matrix_init(&a, M, K);
    igraph_matrix_init(&b, K, N);
    igraph_matrix_init(&c, M, N);
    igraph_matrix_fill(&a, 1);
    igraph_matrix_fill(&b, 2);
    igraph_blas_dgemm(false, false, 1, &a, &b, 0, &c);
    printf("%g\n", igraph_matrix_sum(&c));
    igraph_matrix_destroy(&a);
    igraph_matrix_destroy(&b);
    igraph_matrix_destroy(&c);
}

static void eigenvalues(void)
{
    igraph_matrix_t a;
    igraph_vector_t values;
    igraph_matrix_init(&a, ORDER, ORDER);
    igraph_vector_init(&values, 0);
    for (int i = 0; i < ORDER; i++)
        MATRIX(a, i, i) = i + 1;
    igraph_lapack_dsyevr(&a, IGRAPH_LAPACK_DSYEV_ALL, 0, 0, 0, 0, 0, 1e-10, &values, NULL, NULL);
    printf("%.6f\n", igraph_vector_sum(&values));
    igraph_matrix_destroy(&a);
    igraph_vector_destroy(&values);
}

static void centrality(void)
{
    igraph_t graph;
    igraph_vector_t result;
    igraph_real_t value;
    igraph_arpack_options_t options;
    igraph_arpack_options_init(&options);
    igraph_vector_init(&result, 0);
    igraph_star(&graph, 20, IGRAPH_STAR_UNDIRECTED, 0);
    igraph_eigenvector_centrality(&graph, &result, &value, false, true, NULL, &options);
    printf("%.6f\n", value);
    igraph_destroy(&graph);
    igraph_vector_destroy(&result);
}

int main(void)
{
    products();
    eigenvalues();
    centrality();
    return 0;
}
