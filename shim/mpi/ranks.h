/* The job as this rank sees it, from MPI_Init to MPI_Finalize. All ranks must be preloaded: what is done here is done by all.
 */
#pragma once
#include "mpi_abi.h"
#include <stdbool.h>
#include <stdint.h>

struct ranks {
    mpi_handle comm; /* of all ranks, for messages of ours alone */
    int rank, size;
    int leader; /* the rank that stands for this one's node; where its ranks share the ledger; else itself */
    bool is_shared;
    int *nodes; /* where there is a budget: all leaders, */
    int node_count;
    bool is_open;
};
extern struct ranks ranks;

/* Is there a job of this process to be counted together? Asked before MPI_Init, by the code at `caller`. */
bool ranks_are_wanted(void);

/* MPI_Init, or one of its kind, has succeeded. The first one counts. */
void ranks_begin(uintptr_t caller);

/* MPI_Finalize is called: the job's summary is made. The first one counts. */
void ranks_end(void);

/* MPI_Abort is called: nothing is done together any more. What each rank has counted is in its ledger, and it writes its own
 * summary where it gets to its end. */
void ranks_abort(void);

/* MPI_Session_init has succeeded: without MPI_Init, there is no communicator of all ranks. */
void ranks_note_session(void);
