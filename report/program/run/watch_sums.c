/* The sums by which `flopshim run` compares two looks at a ledger. */
#include "watch_sums.h"
#include "cost.h"
#include "ledger_read.h"
#include "ledger_walk.h"

static void add_tallies(const struct ledger_view *view, struct watch_sums *sums)
{
    struct ledger_cursor cursor = {.view = view, .kind = LEDGER_TALLIES};
    const struct ledger_tally *tally;
    while ((tally = ledger_next_record(&cursor)) != NULL) {
        struct ledger_counts counts;
        bool sound = ledger_tally_read(tally, &counts);
        sums->flops += counts.flops;
        sums->sticks |= counts.flops == UINT64_MAX;
        sums->calls = cost_sum(sums->calls, counts.calls + counts.queries);
        sums->doubtful |= !sound;
    }
}

static void add_grants(const struct ledger_view *view, struct watch_sums *sums)
{
    struct ledger_cursor cursor = {.view = view, .kind = LEDGER_GRANTS};
    const struct ledger_grant *grant;
    while ((grant = ledger_next_record(&cursor)) != NULL) {
        sums->spent_flops = wide_sum(sums->spent_flops, ledger_grant_sum(grant, false));
        sums->refunded_flops = wide_sum(sums->refunded_flops,
                                        grant->refunded_flops == UINT64_MAX ? WIDE_MAX : grant->refunded_flops);
    }
}

static void add_processes(const struct ledger_view *view, struct watch_sums *sums)
{
    struct ledger_cursor cursor = {.view = view, .kind = LEDGER_PROCESSES};
    const struct ledger_process *process;
    while ((process = ledger_next_record(&cursor)) != NULL) {
        sums->refused_calls = cost_sum(sums->refused_calls, process->refused_calls);
        sums->limit_differs |= (process->incomplete & LEDGER_DOUBTFUL) != 0;
        sums->processes++;
    }
}

void watch_sum_up(const struct ledger_view *view, struct watch_sums *sums)
{
    struct ledger_cursor cursor = {.view = view, .kind = LEDGER_ACCOUNTS};
    const struct ledger_account *account = ledger_next_record(&cursor);
    *sums = (struct watch_sums){.size_bytes = view->size_bytes, .ended = view->header->ended};
    sums->has_limit = account && !account->is_context && account->limit_flops != LEDGER_UNLIMITED;
    sums->limit_flops = sums->has_limit ? account->limit_flops : LEDGER_UNLIMITED;
    add_tallies(view, sums);
    add_grants(view, sums);
    add_processes(view, sums);
}

const char *watch_backwards(const struct watch_sums *before, const struct watch_sums *after, wide refunded_flops)
{
    if (before->has_limit && after->limit_flops != before->limit_flops)
        return "it went backwards in its limit";
    if (wide_sum(after->flops, refunded_flops) < before->flops)
        return "it went backwards in its FLOPs";
    if (!before->doubtful && !after->doubtful && after->calls < before->calls)
        return "it went backwards in its calls";
    if (wide_sum(after->spent_flops, refunded_flops) < before->spent_flops)
        return "it went backwards in what its threads spent";
    /* Spent first, then counted. */
    if (before->has_limit && wide_sum(after->spent_flops, refunded_flops) < before->flops)
        return WATCH_UNEQUAL;
    if (after->refused_calls < before->refused_calls)
        return "it went backwards in its refused calls";
    if (after->size_bytes < before->size_bytes || after->processes < before->processes)
        return "it went backwards in its size";
    return after->ended < before->ended ? "it went backwards in its processes" : NULL;
}

bool watch_mismatch(const struct ledger_view *view, const struct watch_sums *sums)
{
    struct ledger_cursor grants = {.view = view, .kind = LEDGER_GRANTS};
    struct ledger_cursor processes = {.view = view, .kind = LEDGER_PROCESSES};
    const struct ledger_grant *grant;
    const struct ledger_process *process;
    size_t owned = 0;
    bool in_order = true;
    while ((process = ledger_next_record(&processes)) != NULL) {
        if (process->incomplete & LEDGER_NO_SPACE)
            return false; /* a part is in memory only */
        in_order &= process->end_reason != LEDGER_END_UNKNOWN;
    }
    while ((grant = ledger_next_record(&grants)) != NULL)
        owned += grant->tid != 0;
    if (!sums->has_limit || view->doubtful || sums->sticks)
        return false;
    return sums->flops > sums->spent_flops ||
           (in_order && owned <= sums->processes && sums->processes == 1 && sums->flops != sums->spent_flops);
}
