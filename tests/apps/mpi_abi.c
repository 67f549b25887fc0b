/* Holds shim/mpi/mpi_abi.c, which this is compiled with, to the headers of the MPI whose compiler it is. */
#include <mpi.h>

#include "mpi_abi.h"
#include <dlfcn.h>
#include <stdio.h>

static void *find(const char *name)
{
    return dlsym(RTLD_DEFAULT, name);
}

static int check(const char *what, mpi_handle got, mpi_handle wanted)
{
    if (got != wanted)
        printf("%s: %#lx, in the header %#lx\n", what, (unsigned long)got, (unsigned long)wanted);
    return got != wanted;
}

#define CHECK(field, value) check(#value, abi.field, (mpi_handle)(value)&mask)

int main(void)
{
    static char version[MPI_MAX_LIBRARY_VERSION_STRING];
    struct mpi_abi abi;
    int length, wrong = 0;
    mpi_handle mask = sizeof(MPI_Comm) == 4 ? 0xffffffff : ~(mpi_handle)0;
    MPI_Get_library_version(version, &length);
    if (!mpi_abi_of(version, find, &abi))
        return puts("not known"), 1;
    wrong |= CHECK(world, MPI_COMM_WORLD) | CHECK(byte, MPI_BYTE) | CHECK(integer, MPI_INT);
    wrong |= CHECK(number, MPI_UNSIGNED_LONG) | CHECK(no_info, MPI_INFO_NULL) | CHECK(errors_return, MPI_ERRORS_RETURN);
    wrong |= CHECK(sum, MPI_SUM) | CHECK(replace, MPI_REPLACE) | CHECK(no_op, MPI_NO_OP) | CHECK(no_status, MPI_STATUS_IGNORE);
    wrong |= check("MPI_THREAD_MULTIPLE", MPI_THREAD_MULTIPLE, 3) | check("MPI_SUCCESS", MPI_SUCCESS, 0);
    wrong |= CHECK(shared, MPI_COMM_TYPE_SHARED);
    return wrong;
}
