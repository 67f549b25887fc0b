/* The seldom-taken branches of the way of a call, and what a deduction by hand shares with them. */
#pragma once
#include "bind.h"
#include "thread.h"
#include <stdbool.h>
#include <stdint.h>

/* The thread, where the call is outermost, else NULL. */
struct thread *call_enter(const struct binding *binding, uintptr_t frame);

/* Pending changes, multiplier, budget, tally, log, clock. False: refused. */
bool call_charge_carefully(struct thread *t, uint32_t routine, uint64_t cost, const int64_t *shape);
/* The routine is only asked how much workspace it would need: no call, free, never refused, not in the op log. */
void call_count_query(struct thread *t, uint32_t routine);
void call_stop_clock(struct thread *t);
/* The call in progress was rejected for its arguments: it costs nothing. */
void call_refund(struct thread *t);
/* The thread's call in progress is over, if execution goes on at a stack address from `to` upwards. */
void call_abandon(uintptr_t to);
/* The personality routine of every stub: the unwinder calls it. */
int call_personality(int version, int actions, uint64_t class, void *exception, void *context)
    __attribute__((visibility("hidden")));

/* What flopshim_deduct() charges: no routine of the table. True: charged (or allowed to overrun). */
bool call_deduct(struct thread *t, const char *operation, uint64_t cost);
