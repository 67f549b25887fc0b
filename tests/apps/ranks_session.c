/* Ranks that use MPI by a session, without MPI_Init: rank r makes r + 1 dots of 100 elements. Prints "rank R made N". */
#include <mpi.h>
#include <stdio.h>

extern double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy);

int main(void)
{
    static double x[100];
    const int n = 100, one = 1;
    MPI_Session session;
    MPI_Group group;
    MPI_Comm comm;
    int rank;
    MPI_Session_init(MPI_INFO_NULL, MPI_ERRORS_ARE_FATAL, &session);
    MPI_Group_from_session_pset(session, "mpi://WORLD", &group);
    MPI_Comm_create_from_group(group, "ranks", MPI_INFO_NULL, MPI_ERRORS_ARE_FATAL, &comm);
    MPI_Comm_rank(comm, &rank);
    for (int i = 0; i <= rank; i++)
        ddot_(&n, x, &one, x, &one);
    MPI_Barrier(comm);
    printf("rank %d made %d\n", rank, rank + 1);
    MPI_Comm_free(&comm);
    MPI_Group_free(&group);
    MPI_Session_finalize(&session);
    return 0;
}
