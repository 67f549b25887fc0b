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

struct detail detail_count(struct thread *t, const struct ledger_tally *tally, uint64_t cost, const int64_t *shape,
                           const int64_t *caller)
{
    struct detail detail = {0};
    if (config.detail & CONFIG_SHAPES)
        detail.shape = shapes_count(t, tally, cost, shape);
    if (config.detail & CONFIG_CALLERS)
        detail.caller = shapes_count_caller(t, tally, cost, caller);
    return detail;
}

void detail_refund(const struct detail *detail, uint64_t cost)
{
    shapes_refund(detail->shape, cost);
    shapes_refund(detail->caller, cost);
    call_log_refund(detail->call);
}

void detail_abandon(struct thread *t, uintptr_t to)
{
    shapes_abandon(t, to);
    callers_abandon(t, to);
}
