/* Tallies: what a thread has counted of a routine in a namespace. */
#pragma once
#include "local.h"
#include "thread.h"

/* What an unused place of a thread's `hot` points to: no routine's. Written by nobody. */
extern struct ledger_tally tally_none;

/* The tally of a routine by its id (of its queries, with LEDGER_QUERY; or, routine == UINT32_MAX, of an operation by name) in
 * the thread's namespace. Never NULL. errno is kept. */
struct ledger_tally *thread_tally(struct thread *t, uint32_t routine, const char *operation);

/* Another one of the same routine or operation, where this has no room for so many FLOPs more. */
struct ledger_tally *thread_tally_next(struct thread *t, struct ledger_tally *full);

/* Is there room for them, so that none has to stick at UINT64_MAX? Most calls are not asked for: those that are timed, or
 * cost much, are, and of others there is room for half of what there is at all. */
static inline bool tally_has_room(const struct ledger_tally *tally, uint64_t flops)
{
    return !tally->flops || (tally->flops < (uint64_t)1 << 63 && flops <= (uint64_t)1 << 62);
}

void thread_tally_nested(struct thread *t, uint32_t routine);

/* Add to a number of a tally of this thread's, which others may read at any time, and a handler add to. Saturates. `unit`:
 * LEDGER_CALL_UNIT where that is a call. */
static inline void tally_add(struct ledger_tally *tally, uint64_t *number, uint64_t more, uint64_t unit)
{
    uint64_t grown = local_add_saturating(number, more);
    local_add(&tally->check, grown + unit);
}
