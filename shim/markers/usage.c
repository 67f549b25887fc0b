/* What was used, by name; and forgetting it (flopshim.h). */
#include "account.h"
#include "by_name.h"
#include "cost.h"
#include "enter.h"
#include "flopshim.h"
#include "ledger_read.h"
#include "ledger_self.h"
#include "lock.h"
#include "names.h"

#define EXPORTED __attribute__((visibility("default")))

struct sums {
    uint64_t flops;
    uint64_t calls;
    bool seen;
};

/* Of the process or tree. name: NULL for all. Counts of running threads are read while they grow. */
static struct sums sum_tallies(const char *name)
{
    struct sums sums = {0};
    struct ledger_counts counts;
    struct ledger_view view = ledger_view();
    for (const struct ledger_block *b = NULL; (b = ledger_next(&view, b));) {
        const struct ledger_tally *tally = (const struct ledger_tally *)(b + 1);
        for (uint32_t i = 0; b->kind == LEDGER_TALLIES && i < b->count; i++, tally++) {
            if (name && (tally->accuracy & LEDGER_FORGOTTEN || !name_covers(name, names_text(tally->namespace_))))
                continue;
            ledger_tally_read(tally, &counts);
            sums.flops = cost_sum(sums.flops, counts.flops);
            sums.calls += counts.calls;
            sums.seen = true;
        }
    }
    return sums;
}

static uint64_t budget_of(const char *name, bool *seen)
{
    uint64_t budget = 0;
    struct ledger_view view = ledger_view();
    for (const struct ledger_block *b = NULL; (b = ledger_next(&view, b));) {
        const struct ledger_account *a = (const struct ledger_account *)(b + 1);
        for (uint32_t i = 0; b->kind == LEDGER_ACCOUNTS && i < b->count; i++, a++) {
            if (!a->is_context || a->forgotten || strcmp(name, names_text(a->namespace_)) != 0)
                continue;
            *seen = true;
            if (a->limit_flops != LEDGER_UNLIMITED && !a->prior_flops)
                budget = cost_sum(budget, a->limit_flops);
        }
    }
    return budget;
}

EXPORTED int flopshim_usage(const char *namespace_, struct flopshim_usage *usage)
{
    if (!enter_thread())
        return FLOPSHIM_NOT_LOADED;
    if (!usage || (namespace_ && !names_is_valid(namespace_)))
        return FLOPSHIM_BAD_ARGUMENT;
    shim_lock();
    struct sums sums = sum_tallies(namespace_);
    bool seen = sums.seen || !namespace_;
    uint64_t budget = namespace_ ? budget_of(namespace_, &seen) : account_process() ? account_process()->limit_flops : 0;
    shim_unlock();
    *usage = (struct flopshim_usage){.flop_budget = budget,
                                     .flops_used = sums.flops,
                                     .flops_remaining = budget > sums.flops ? budget - sums.flops : 0,
                                     .calls = sums.calls};
    return seen ? FLOPSHIM_OK : FLOPSHIM_UNKNOWN;
}

/* What an open context has tallied stays. */
static bool is_open(const char *namespace_)
{
    for (struct thread *t = thread_list; t; t = t->next)
        if (t->context && name_covers(names_text(t->context->namespace_), namespace_))
            return true;
    return context_process.account && name_covers(names_text(context_process.account->namespace_), namespace_);
}

EXPORTED int flopshim_reset(void)
{
    if (!enter_thread())
        return FLOPSHIM_NOT_LOADED;
    shim_lock();
    struct ledger_view view = ledger_view();
    for (const struct ledger_block *b = NULL; (b = ledger_next(&view, b));) {
        struct ledger_tally *tally = (struct ledger_tally *)(uintptr_t)(b + 1);
        struct ledger_account *a = (struct ledger_account *)(uintptr_t)(b + 1);
        if (ledger_process_of(&view, b) != ledger_process)
            continue;
        for (uint32_t i = 0; b->kind == LEDGER_TALLIES && i < b->count; i++, tally++)
            if (!is_open(names_text(tally->namespace_)))
                tally->accuracy |= LEDGER_FORGOTTEN;
        for (uint32_t i = 0; b->kind == LEDGER_ACCOUNTS && i < b->count; i++, a++)
            if (a->is_context && !a->open)
                a->forgotten = LEDGER_FORGOTTEN;
    }
    thread_make_all_stale();
    shim_unlock();
    return FLOPSHIM_OK;
}
