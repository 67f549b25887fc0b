/* FLOP_DETAIL on the way of a call (detail.h). */
#include "detail.h"
#include "callers.h"
#include "config.h"
#include "lines.h"

void detail_find_caller(struct thread *t, int64_t caller[LEDGER_CALLER_VALUES])
{
    if (!lines_find(t, caller))
        callers_native(t, t->called_from, caller);
}

void detail_refund(const struct detail *detail, uint64_t cost)
{
    if (config.detail & CONFIG_SHAPES)
        shapes_refund(detail->shape, cost);
    if (config.detail & CONFIG_CALLERS)
        shapes_refund(detail->caller, cost);
    if (config.detail & CONFIG_CALLS)
        call_log_refund(detail->call);
}

void detail_abandon(struct thread *t, uintptr_t to)
{
    shapes_abandon(t, to);
    callers_abandon(t, to);
}
