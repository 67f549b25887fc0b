/* Where the time of the program's threads went: inside BLAS, inside the shim, outside of both. */
#pragma once
#include "ledger.h"
#include "ledger_walk.h"
#include "summary_processes.h"

/* How many threads are listed; the time of all is in the sums. */
#define SUMMARY_THREADS 256

size_t time_arena(size_t grants);
/* What the threads of the listed processes were alive for, and what their calls took: of all namespaces. */
void time_summarise(const struct ledger_view *view, const struct process_table *processes, size_t grants, struct summary *s);
/* How long a context was open; end_ns: of what is still open. */
uint64_t time_of_context(const struct ledger_account *account, uint64_t end_ns);
