/* A tool on PMPI, as a profiler is: it stands before MPI_Init, MPI_Init_thread and MPI_Finalize. */
#include <mpi.h>
#include <stdio.h>

static void say(const char *what)
{
    printf("tool: %s\n", what);
    fflush(stdout);
}

int MPI_Init(int *argc, char ***argv)
{
    say("init");
    return PMPI_Init(argc, argv);
}

int MPI_Init_thread(int *argc, char ***argv, int required, int *provided)
{
    say("init");
    return PMPI_Init_thread(argc, argv, required, provided);
}

int MPI_Finalize(void)
{
    say("finalize");
    return PMPI_Finalize();
}
