/* Transforms that the ranks of an MPI job share: a complex one of 64 x 32, executed twice, one of real data of 16 x 8 x 8, and
 * a transposition, which is no arithmetic. */
#include <fftw3-mpi.h>
#include <string.h>

int main(int argc, char **argv)
{
    ptrdiff_t rows, first;
    MPI_Init(&argc, &argv);
    fftw_mpi_init();
    fftw_complex *a = fftw_malloc(sizeof *a * (size_t)(fftw_mpi_local_size_2d(64, 32, MPI_COMM_WORLD, &rows, &first) + 4096));
    memset(a, 0, sizeof *a * 4096);
    fftw_plan p = fftw_mpi_plan_dft_2d(64, 32, a, a, MPI_COMM_WORLD, FFTW_FORWARD, FFTW_ESTIMATE);
    fftw_execute(p);
    fftw_mpi_execute_dft(p, a, a);
    fftw_destroy_plan(p);
    p = fftw_mpi_plan_dft_r2c_3d(16, 8, 8, (double *)a, a, MPI_COMM_WORLD, FFTW_ESTIMATE);
    fftw_execute(p);
    fftw_destroy_plan(p);
    p = fftw_mpi_plan_transpose(16, 16, (double *)a, (double *)a, MPI_COMM_WORLD, FFTW_ESTIMATE);
    fftw_execute(p);
    fftw_destroy_plan(p);
    fftw_free(a);
    MPI_Finalize();
    return 0;
}
