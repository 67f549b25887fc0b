/* The file names of the preloaded library, and of the one beside it for MPI jobs. */
#pragma once

#define PRELOAD_LIBRARY "libflopshim.so"
#define PRELOAD_MPI_LIBRARY "libflopshim-mpi.so"
