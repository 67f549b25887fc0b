/* FLOP_DETAIL=shapes: what dimensions and options each routine was called with; FLOP_DETAIL=callers: from where, in the same
 * tables. Every thread has tables of its own, one a
 * tally, whose records lie in the ledger (shape_table.h); only the owner looks into them, without a lock, but to make them
 * larger. A thread that has them takes the slow body on every call (thread_refresh). */
#pragma once
#include "thread.h"
#include <stdbool.h>
#include <stdint.h>

/* Where a call was recorded; of none, record is NULL. */
struct shape_place {
    struct ledger_shape *record;
    uint64_t seal;
};

/* A call that was tallied. shape: cost_dims() and cost_options() say the places in it. What finds no room, or comes in a
 * signal's handler while the thread is in here, is in its tally only. */
struct shape_place shapes_count(struct thread *t, const struct ledger_tally *tally, uint64_t cost, const int64_t *shape);

/* The same, where a call came from: LEDGER_CALLER_VALUES (callers.h). */
struct shape_place shapes_count_caller(struct thread *t, const struct ledger_tally *tally, uint64_t cost,
                                       const int64_t *caller);

/* What a routine's dimensions and options are called, as a ledger's record has it: a string, or 0. Under shim_lock. */
uint32_t shapes_names(uint32_t routine);

/* Do the tables still grow, and what they name? Under shim_lock, or as an estimate. */
bool shapes_have_room(void);

/* The call that was recorded there costs nothing after all. */
void shapes_refund(struct shape_place place, uint64_t cost);

/* Execution goes on at this stack address, where a handler jumped to. */
void shapes_abandon(struct thread *t, uintptr_t to);
/* In a fork's child, which goes on with the call that its parent was in: nothing grows any more. */
void shapes_leave(struct thread *t);

/* In a child process: it has a ledger with room of its own. */
void shapes_forget(void);
