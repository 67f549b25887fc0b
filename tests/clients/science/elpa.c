/* ELPA on one MPI process: all eigenvalues and vectors of a tridiagonal matrix. */
#include <assert.h>
#include <elpa/elpa.h>
#include <mpi.h>
#include <stdio.h>

enum { N = 64, BLOCK = 16 };

int main(int argc, char **argv)
{
    static double a[N * N], vectors[N * N], values[N];
    int error;
    MPI_Init(&argc, &argv);
    elpa_init(20170403);
    elpa_t e = elpa_allocate(&error);
    elpa_set(e, "na", N, &error);
    elpa_set(e, "nev", N, &error);
    elpa_set(e, "local_nrows", N, &error);
    elpa_set(e, "local_ncols", N, &error);
    elpa_set(e, "nblk", BLOCK, &error);
    elpa_set(e, "mpi_comm_parent", MPI_Comm_c2f(MPI_COMM_WORLD), &error);
    elpa_set(e, "process_row", 0, &error);
    elpa_set(e, "process_col", 0, &error);
    error = elpa_setup(e);
    for (int i = 0; i < N && !error; i++) {
        a[i * N + i] = 2;
        if (i)
            a[i * N + i - 1] = a[(i - 1) * N + i] = -1;
    }
    elpa_eigenvectors(e, a, values, vectors, &error);
    printf("%d %.9f\n", error, values[0] + values[N - 1]);
    elpa_deallocate(e, &error);
    elpa_uninit(&error);
    MPI_Finalize();
    return 0;
}
