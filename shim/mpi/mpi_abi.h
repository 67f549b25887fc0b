/* What the two families of MPI libraries do not have in common: the values of predefined handles. Open MPI's are addresses of
 * its objects, found by their names; MPICH's, and those of all that keep to its ABI (Intel MPI, MVAPICH, Cray MPI), are
 * numbers. Neither is linked, nor are its headers needed: functions are found by name (mpi_calls.h), and a handle travels in a
 * register of 64 bits, of which MPICH reads and writes the lower 32. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

typedef uintptr_t mpi_handle;

struct mpi_abi {
    const char *name;
    const char *no_window;    /* what is said where it makes none */
    mpi_handle world;         /* MPI_COMM_WORLD */
    mpi_handle byte;          /* MPI_BYTE */
    mpi_handle integer;       /* MPI_INT */
    mpi_handle number;        /* MPI_UNSIGNED_LONG */
    mpi_handle no_info;       /* MPI_INFO_NULL */
    mpi_handle errors_return; /* MPI_ERRORS_RETURN */
    mpi_handle sum;           /* MPI_SUM */
    mpi_handle replace;       /* MPI_REPLACE */
    mpi_handle no_op;         /* MPI_NO_OP */
    mpi_handle no_status;     /* MPI_STATUS_IGNORE */
    int shared;               /* MPI_COMM_TYPE_SHARED */
};

/* The same in both */
#define MPI_OK 0
#define MPI_OTHER_ERROR 16 /* MPICH calls it 15; programs look at whether it is MPI_OK */
enum mpi_threads { MPI_SINGLE, MPI_FUNNELED, MPI_SERIALIZED, MPI_MULTIPLE };

/* By what MPI_Get_library_version says; find: a symbol of the library, or NULL. False: it is neither, or lacks a symbol. */
bool mpi_abi_of(const char *version, void *(*find)(const char *name), struct mpi_abi *abi);
