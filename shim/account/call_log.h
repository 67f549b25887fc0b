/* FLOP_DETAIL=calls: the newest calls of each thread, in the ledger, so that a killed process has them. A thread that takes a
 * slot over goes on with its ring. Only the owner writes. */
#pragma once
#include "thread.h"
#include <stdint.h>

/* Where a call stands in the log; of none, record is NULL. */
struct call_place {
    struct ledger_call *record;
    uint64_t number;
};

/* A call that was tallied at started_ns. shape: cost_dims() and cost_options() say the places in it; NULL: a deduction. What
 * finds no room is not logged. */
struct call_place call_log_add(struct thread *t, const struct ledger_tally *tally, uint64_t cost, const int64_t *shape,
                               uint64_t started_ns);
/* The call that stands there has ended; or it costs nothing after all. Nothing where the ring came round to it. */
void call_log_end(struct call_place place, uint64_t elapsed_ns);
void call_log_refund(struct call_place place);
/* As shapes_leave. */
void call_log_leave(struct thread *t);
