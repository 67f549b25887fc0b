/* Limits on wall time (time_limit.h). */
#include "time_limit.h"
#include "clock.h"
#include "cost.h"
#include "ledger_file.h"
#include "ledger_self.h"
#include "ledger_walk.h"

#define FIRST_SHARE 1000
#define LOOKS_NS 1000000 /* between two looks at the clock */

/* The record that has the limit on all: the root's of a tree, else the process's own. */
static const struct ledger_process *limited(void)
{
    if (!ledger || ledger->scope != LEDGER_SCOPE_TREE)
        return ledger_process;
    struct ledger_view view = ledger_view();
    struct ledger_cursor cursor = {.view = &view, .kind = LEDGER_PROCESSES};
    return ledger_next_record(&cursor);
}

static uint64_t deadline(uint64_t from_ns, uint64_t limit_ns)
{
    return limit_ns ? cost_sum(from_ns, limit_ns) : UINT64_MAX;
}

static uint64_t deadline_of_context(const struct thread *t)
{
    const struct ledger_account *context = t->chain.context;
    return context ? deadline(context->opened_ns, context->time_limit_ns) : UINT64_MAX;
}

static uint64_t deadline_of_all(void)
{
    const struct ledger_process *process = limited();
    return process ? deadline(process->start_monotonic_ns, process->time_limit_ns) : UINT64_MAX;
}

void time_limit_refresh(struct thread *t)
{
    uint64_t context = deadline_of_context(t), all = deadline_of_all();
    t->deadline_ns = context < all ? context : all;
    t->time_share = FIRST_SHARE;
    t->time_checked_ns = 0;
}

/* As many FLOPs as took the time between two looks, but 1 at least; where that changed much, a step towards it. */
static void adapt(struct thread *t, uint64_t now)
{
    uint64_t took = now - t->time_checked_ns;
    if (t->time_checked_ns && took < LOOKS_NS / 2 && t->time_share < TIME_LIMIT_SHARE_MOST)
        t->time_share = t->time_share * 2 < TIME_LIMIT_SHARE_MOST ? t->time_share * 2 : TIME_LIMIT_SHARE_MOST;
    else if (t->time_checked_ns && took > LOOKS_NS)
        t->time_share = (uint64_t)((unsigned __int128)t->time_share * LOOKS_NS / took) + 1;
    t->time_checked_ns = now;
}

bool time_limit_is_over(struct thread *t, uint64_t *share, struct time_passed *passed)
{
    uint64_t now = clock_now_ns();
    adapt(t, now);
    *share = t->time_share;
    if (now < t->deadline_ns)
        return false;
    const struct ledger_process *all = limited();
    bool is_context = deadline_of_context(t) == t->deadline_ns;
    const struct ledger_account *context = t->chain.context;
    passed->elapsed_ns = now - (is_context ? context->opened_ns : all->start_monotonic_ns);
    passed->limit_ns = is_context ? context->time_limit_ns : all->time_limit_ns;
    return true;
}
