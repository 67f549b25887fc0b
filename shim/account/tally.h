/* Tallies: what a thread has counted of a routine in a namespace. */
#pragma once
#include "thread.h"

/* What an unused place of a thread's `hot` points to: no routine's. Written by nobody. */
extern struct ledger_tally tally_none;

/* The tally of a routine by its id (of its queries, with LEDGER_QUERY; or, routine == UINT32_MAX, of an operation by name) in
 * the thread's namespace. Never NULL. errno is kept. */
struct ledger_tally *thread_tally(struct thread *t, uint32_t routine, const char *operation);

void thread_tally_nested(struct thread *t, uint32_t routine);

/* Add to a number of a tally of this thread's, which others may read at any time. Saturates. `unit`: LEDGER_CALL_UNIT where
 * that is a call. */
static inline void tally_add(struct ledger_tally *tally, uint64_t *number, uint64_t more, uint64_t unit)
{
    uint64_t before = __atomic_load_n(number, __ATOMIC_RELAXED);
    uint64_t after = before + more < more ? UINT64_MAX : before + more;
    __atomic_store_n(number, after, __ATOMIC_RELAXED);
    __atomic_store_n(&tally->check, tally->check + (after - before) + unit, __ATOMIC_RELAXED);
}
