/* One account of the whole job, in a window of rank 0's memory. Each rank has a share of the limit, of which its threads draw
 * as of any account; a rank that runs short takes more of the pool by one-sided atomics, and where that is empty calls back
 * what others have not used. A thread of each rank answers to that, so that nobody waits for a rank that computes. */
#pragma once
#include "mpi_abi.h"
#include <stdbool.h>

/* The thread level to ask MPI for: what is drawn at any call of BLAS needs MPI_THREAD_MULTIPLE. */
int budget_level(int required);

/* By all ranks, after MPI_Init and before MPI is finalized. Nothing where there is no limit. False: there can be no window. */
bool budget_begin(void);
void budget_end(void);
