/* One summary of all ranks, written by rank 0. */
#pragma once

/* By all ranks, before MPI is finalized. Where the summary could not be made or written, each writes its own at its end. */
void gather_summaries(void);
