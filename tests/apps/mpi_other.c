/* With LIBRARY: a library that has MPI's functions, and an ABI that nobody knows. Without: a program that uses it and BLAS. */
#ifdef LIBRARY
#include <string.h>

#define FUNCTION(name) \
    int name(void);    \
    int name(void)     \
    {                  \
        return 0;      \
    }
FUNCTION(MPI_Init)
FUNCTION(PMPI_Init)
FUNCTION(MPI_Init_thread)
FUNCTION(MPI_Finalize)
FUNCTION(PMPI_Comm_dup)
FUNCTION(PMPI_Comm_set_errhandler)
FUNCTION(PMPI_Comm_rank)
FUNCTION(PMPI_Comm_size)
FUNCTION(PMPI_Comm_free)
FUNCTION(PMPI_Barrier)
FUNCTION(PMPI_Bcast)
FUNCTION(PMPI_Gather)
FUNCTION(PMPI_Gatherv)
FUNCTION(PMPI_Allreduce)
FUNCTION(PMPI_Abort)
FUNCTION(PMPI_Query_thread)
FUNCTION(PMPI_Is_thread_main)
FUNCTION(PMPI_Ibarrier)
FUNCTION(PMPI_Test)
FUNCTION(PMPI_Win_allocate)
FUNCTION(PMPI_Win_set_errhandler)
FUNCTION(PMPI_Win_lock_all)
FUNCTION(PMPI_Win_unlock_all)
FUNCTION(PMPI_Win_flush)
FUNCTION(PMPI_Win_flush_all)
FUNCTION(PMPI_Win_free)
FUNCTION(PMPI_Fetch_and_op)

int PMPI_Get_library_version(char *version, int *length);
int PMPI_Get_library_version(char *version, int *length)
{
    strcpy(version, "Other MPI 1.0, of nobody");
    *length = (int)strlen(version);
    return 0;
}
#else
extern int MPI_Init(int *argc, char ***argv);
extern int MPI_Finalize(void);
extern double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy);

int main(int argc, char **argv)
{
    static double x[100];
    const int n = 100, one = 1;
    MPI_Init(&argc, &argv);
    ddot_(&n, x, &one, x, &one);
    return MPI_Finalize();
}
#endif
