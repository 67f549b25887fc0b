/* What FLOP_DETAIL adds to a call: its shape, from where it came, its place in the log. */
#pragma once
#include "call_log.h"
#include "shapes.h"
#include "thread.h"

/* Where a call was recorded, until its end: of each only where it is asked for (config.detail). */
struct detail {
    struct shape_place shape;
    struct shape_place caller;
    struct call_place call;
};

/* Before a call is charged, of the thread's call that took the slow body: where it came from. May wait for an interpreter's
 * lock. */
void detail_find_caller(struct thread *t, int64_t caller[LEDGER_CALLER_VALUES]);
/* Execution goes on at this stack address, where a handler jumped to. */
void detail_abandon(struct thread *t, uintptr_t to);
/* It costs nothing after all. */
void detail_refund(const struct detail *detail, uint64_t cost);
