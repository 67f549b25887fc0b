/* What was used, by name; and forgetting it (flopshim.h). */
#include "account.h"
#include "by_name.h"
#include "cost.h"
#include "enter.h"
#include "flopshim.h"
#include "ledger_file.h"
#include "ledger_read.h"
#include "ledger_self.h"
#include "ledger_walk.h"
#include "lock.h"
#include "names.h"

#define EXPORTED __attribute__((visibility("default")))

struct sums {
    wide flops;
    uint64_t calls;
    bool seen;
};

/* Adds up the tallies of the process or tree that a name covers; NULL: all. Running threads' counts are read while they grow.
 */
static struct sums sum_tallies(const char *name)
{
    struct sums sums = {0};
    struct ledger_counts counts;
    struct ledger_view view = ledger_view();
    struct ledger_cursor cursor = {.view = &view, .kind = LEDGER_TALLIES};
    const struct ledger_tally *tally;
    while ((tally = ledger_next_record(&cursor)) != NULL) {
        if (name && (tally->accuracy & LEDGER_FORGOTTEN || !name_covers(name, ledger_text(tally->namespace_))))
            continue;
        ledger_tally_read(tally, &counts);
        sums.flops += counts.flops;
        sums.calls += counts.calls;
        sums.seen = true;
    }
    return sums;
}

static wide budget_of(const char *name, bool *seen)
{
    wide budget = 0;
    struct ledger_view view = ledger_view();
    struct ledger_cursor cursor = {.view = &view, .kind = LEDGER_ACCOUNTS};
    const struct ledger_account *a;
    while ((a = ledger_next_record(&cursor)) != NULL) {
        if (!a->is_context || a->forgotten || strcmp(name, ledger_text(a->namespace_)) != 0)
            continue;
        *seen = true;
        if (a->limit_flops != LEDGER_UNLIMITED && !a->prior_flops)
            budget = wide_sum(budget, a->limit_flops);
    }
    return budget;
}

static struct sums usage_of(const char *namespace_, wide *budget)
{
    shim_lock();
    struct sums sums = sum_tallies(namespace_);
    sums.seen |= !namespace_;
    *budget = namespace_ ? budget_of(namespace_, &sums.seen) : account_process() ? account_process()->limit_flops : 0;
    shim_unlock();
    return sums;
}

EXPORTED int flopshim_usage(const char *namespace_, struct flopshim_usage *usage)
{
    wide budget;
    if (!enter_thread())
        return FLOPSHIM_NOT_LOADED;
    if (!usage || (namespace_ && !names_is_valid(namespace_)))
        return FLOPSHIM_BAD_ARGUMENT;
    struct sums sums = usage_of(namespace_, &budget);
    *usage = (struct flopshim_usage){.flop_budget = wide_narrow(budget),
                                     .flops_used = wide_narrow(sums.flops),
                                     .flops_remaining = wide_narrow(wide_less(budget, sums.flops)),
                                     .calls = sums.calls};
    return sums.seen ? FLOPSHIM_OK : FLOPSHIM_UNKNOWN;
}

/* For the Python package: the process's budget and use, two words each, the lower one first. */
EXPORTED int flopshim_python_usage(uint64_t words[4]);
int flopshim_python_usage(uint64_t words[4])
{
    wide budget;
    if (!enter_thread())
        return FLOPSHIM_NOT_LOADED;
    wide used = usage_of(NULL, &budget).flops;
    words[0] = (uint64_t)budget;
    words[1] = (uint64_t)(budget >> 64);
    words[2] = (uint64_t)used;
    words[3] = (uint64_t)(used >> 64);
    return FLOPSHIM_OK;
}

/* What an open context has tallied stays. */
static bool is_open(const char *namespace_)
{
    for (struct thread *t = thread_owned; t; t = t->next_owned)
        if (t->context && name_covers(ledger_text(t->context->namespace_), namespace_))
            return true;
    return context_process.account && name_covers(ledger_text(context_process.account->namespace_), namespace_);
}

EXPORTED int flopshim_reset(void)
{
    if (!enter_thread())
        return FLOPSHIM_NOT_LOADED;
    shim_lock();
    struct ledger_view view = ledger_view();
    struct ledger_cursor tallies = {.view = &view, .kind = LEDGER_TALLIES, .of_one = true, .process = ledger_process};
    struct ledger_cursor accounts = {.view = &view, .kind = LEDGER_ACCOUNTS, .of_one = true, .process = ledger_process};
    struct ledger_tally *tally;
    struct ledger_account *a;
    while ((tally = (struct ledger_tally *)(uintptr_t)ledger_next_record(&tallies)) != NULL)
        if (!is_open(ledger_text(tally->namespace_)))
            tally->accuracy |= LEDGER_FORGOTTEN;
    while ((a = (struct ledger_account *)(uintptr_t)ledger_next_record(&accounts)) != NULL)
        if (a->is_context && !a->open)
            a->forgotten = LEDGER_FORGOTTEN;
    thread_make_all_stale();
    shim_unlock();
    return FLOPSHIM_OK;
}
