/* What is left of MPI jobs (FLOP_SCOPE=job) whose ranks did not come to MPI_Finalize together, so that none of them has written
 * the job's summary: it is made of their ledgers, in the place where rank 0 would have put it. */
#pragma once
#include "leftover.h"
#include <stddef.h>

struct loaded;

/* A ledger that has ended, whoever wrote its summary: may tell that the summary of its job is there. */
void job_left_note(const struct ledger_view *view);

/* A ledger of a rank whose job may still get a summary of what its ranks leave. */
bool job_left_awaits(const struct ledger_view *view);

/* A ledger that stayed: is it to wait for those of the other ranks? Its name is kept then. One of a rank that still runs is
 * read, and stays. */
bool job_left_takes(const char *name, const struct loaded *loaded, const struct ended_child *child);

/* The ledger of a node, whose parts were given to job_left_takes: it goes when they are written, or is kept. */
void job_left_node(const char *name, bool keeps);

/* When all ledgers have been shown: write the summaries of the jobs, and remove the ledgers. `alone` does that for a ledger
 * whose job has a summary. Returns how many files stay. */
int job_left_report(int folder, const char *path, bool quiet, bool (*alone)(const char *name, void *data), void *data);
