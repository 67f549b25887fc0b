/* The functions of the program's MPI library: those that are stood before (wrap.c), and those that are called. */
#pragma once
#include "mpi_abi.h"
#include <stddef.h>

#define MPI_VERSION_BYTES 8192 /* the larger of both MPI_MAX_LIBRARY_VERSION_STRING */

struct mpi_calls {
    int (*get_library_version)(char *version, int *length);
    int (*comm_dup)(mpi_handle comm, mpi_handle *copy);
    int (*comm_split_type)(mpi_handle comm, int type, int key, mpi_handle info, mpi_handle *part); /* NULL: before MPI-3 */
    int (*comm_set_errhandler)(mpi_handle comm, mpi_handle handler);
    int (*comm_rank)(mpi_handle comm, int *rank);
    int (*comm_size)(mpi_handle comm, int *size);
    int (*comm_free)(mpi_handle *comm);
    int (*barrier)(mpi_handle comm);
    int (*bcast)(void *data, int count, mpi_handle type, int root, mpi_handle comm);
    int (*gather)(const void *sent, int count, mpi_handle type, void *got, int got_count, mpi_handle got_type, int root,
                  mpi_handle comm);
    int (*gatherv)(const void *sent, int count, mpi_handle type, void *got, const int *counts, const int *places,
                   mpi_handle got_type, int root, mpi_handle comm);
    int (*allreduce)(const void *sent, void *got, int count, mpi_handle type, mpi_handle op, mpi_handle comm);
    int (*abort)(mpi_handle comm, int status);
    int (*query_thread)(int *level);
    int (*is_thread_main)(int *is_main);
    int (*iprobe)(int source, int tag, mpi_handle comm, int *is_there, void *status); /* may be NULL */
    int (*ibarrier)(mpi_handle comm, mpi_handle *request);
    int (*test)(mpi_handle *request, int *done, void *status);
    int (*win_allocate)(intptr_t bytes, int unit, mpi_handle info, mpi_handle comm, void *base, mpi_handle *window);
    int (*win_set_errhandler)(mpi_handle window, mpi_handle handler);
    int (*win_lock_all)(int assertion, mpi_handle window);
    int (*win_unlock_all)(mpi_handle window);
    int (*win_flush)(int rank, mpi_handle window);
    int (*win_flush_all)(mpi_handle window);
    int (*win_free)(mpi_handle *window);
    int (*fetch_and_op)(const void *operand, void *before, mpi_handle type, int rank, intptr_t place, mpi_handle op,
                        mpi_handle window);
};
extern struct mpi_calls mpi;
extern struct mpi_abi mpi_abi;

/* Find them, once; caller: the code that called MPI_Init, whose library may be known to nobody else (RTLD_LOCAL). NULL, or what
 * is wrong with the library, in words. */
const char *mpi_calls_find(uintptr_t caller);

/* The next definition of a function that is exported here: another tool's, or the library's. NULL: there is none. */
void *mpi_calls_next(const char *name, uintptr_t caller);
