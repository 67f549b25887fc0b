/* The seldom-taken branches of the way of a call, and what a deduction by hand shares with them. */
#pragma once
#include "bind.h"
#include "detail.h"
#include "oplog.h"
#include "thread.h"
#include <stdbool.h>
#include <stdint.h>

/* What a call that took the slow body was charged, until its end. It lies in the stub's own frame: calls of several stacks may
 * be in progress, and end in any order. */
struct charge {
    struct ledger_tally *tally;
    uint64_t cost;
    uint64_t started_ns; /* 0: it is not timed */
    uint64_t timed_ns;   /* of its thread, when it began */
    bool is_short;       /* it is timed for the op log alone */
    struct oplog_place logged;
    struct detail detail;
};

/* The thread, where the call is charged, else NULL: it is nested. */
struct thread *call_enter(const struct binding *binding, uintptr_t caller, uintptr_t frame);

/* Pending changes, multiplier, budget, tally, log, clock. False: refused. */
bool call_charge_carefully(struct thread *t, uint32_t routine, uint64_t cost, const int64_t *shape, struct charge *charge);
/* The routine is only asked how much workspace it would need: no call, free, never refused, not in the op log. */
void call_count_query(struct thread *t, uint32_t routine);
void call_start_clock(const struct thread *t, struct charge *charge);
/* The time of a call is its own: that of the calls that were timed inside it is theirs. */
void call_stop_clock(struct thread *t, const struct charge *charge);
/* The call was rejected for its arguments: it costs nothing. */
void call_refund(struct thread *t, struct charge *charge);
/* Execution goes on at the stack address `to`: the thread's calls below it on that stack are over. */
void call_abandon(uintptr_t to);
/* The personality routine of every stub: the unwinder calls it. */
int call_personality(int version, int actions, uint64_t class, void *exception, void *context)
    __attribute__((visibility("hidden")));

/* Work that is no routine of the table. */
struct deduction {
    const char *operation;
    uint64_t cost;      /* before weight and multiplier */
    unsigned precision; /* enum cost_precision; COST_PRECISIONS: it has no weight */
    uint32_t loop;      /* of a loop of NumPy's (loops.h) its number from 1 on: nobody asks for a status; 0: none */
};

/* What flopshim_deduct() charges. True: charged (or allowed to overrun). */
bool call_deduct(struct thread *t, const struct deduction *deduction);
/* The same, but that nothing is charged. */
bool call_fits(struct thread *t, const char *operation, uint64_t cost);
