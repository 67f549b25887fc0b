/* What was counted, operation by operation, and what was refused, for bindings that keep a record of their own: one reading
 * of the ledger's tallies under the lock, each with the thread that made it, so that the parts of a reading add up. */
#include "enter.h"
#include "flopshim.h"
#include "ledger_file.h"
#include "ledger_read.h"
#include "ledger_self.h"
#include "ledger_walk.h"
#include "lock.h"
#include "thread.h"

#define EXPORTED __attribute__((visibility("default")))

static void read_tally(const struct ledger_tally *from, int thread, struct flopshim_tally *to)
{
    struct ledger_counts counts;
    ledger_tally_read(from, &counts);
    *to = (struct flopshim_tally){.name = ledger_text(from->operation),
                                  .namespace_ = ledger_text(from->namespace_),
                                  .flop_cost = counts.flops,
                                  .calls = counts.calls,
                                  .first_use = from->first_use,
                                  .thread = thread,
                                  .elapsed_ns = counts.elapsed_ns,
                                  .timed_flops = counts.timed_flops};
}

EXPORTED int flopshim_thread(void)
{
    struct thread *t = enter_thread();
    return t ? (int)t->slot : FLOPSHIM_NOT_LOADED;
}

EXPORTED int flopshim_tallies(int thread, struct flopshim_tally *tallies, uint32_t room, uint32_t *count)
{
    if (!enter_thread())
        return FLOPSHIM_NOT_LOADED;
    if (!count || (room && !tallies) || thread < FLOPSHIM_ALL_THREADS)
        return FLOPSHIM_BAD_ARGUMENT;
    *count = 0;
    shim_lock();
    struct ledger_view view = ledger_view();
    struct ledger_cursor cursor = {.view = &view, .kind = LEDGER_TALLIES, .of_one = true, .process = ledger_process};
    const struct ledger_tally *tally;
    while ((tally = ledger_next_record(&cursor)) != NULL) {
        int owner = (int)cursor.block->owner;
        if ((thread != FLOPSHIM_ALL_THREADS && owner != thread) || ledger_is_query(tally->routine))
            continue;
        if (*count < room)
            read_tally(tally, owner, tallies + *count);
        ++*count;
    }
    shim_unlock();
    return FLOPSHIM_OK;
}

EXPORTED int flopshim_refused(int thread, uint64_t *calls, struct flopshim_refusal *last)
{
    if (!enter_thread())
        return FLOPSHIM_NOT_LOADED;
    if (!calls || !last || thread < FLOPSHIM_ALL_THREADS)
        return FLOPSHIM_BAD_ARGUMENT;
    *calls = 0;
    shim_lock();
    const struct thread_refusals *newest = NULL;
    for (struct thread *t = thread_list; t; t = t->next) {
        if (thread != FLOPSHIM_ALL_THREADS && t->slot != (uint32_t)thread)
            continue;
        *calls += t->refusals.calls;
        if (t->refusals.calls && (!newest || t->refusals.at > newest->at))
            newest = &t->refusals;
    }
    if (newest)
        *last = (struct flopshim_refusal){.operation = ledger_text(newest->operation),
                                          .flop_cost = newest->flop_cost,
                                          .flops_remaining = wide_narrow(newest->flops_remaining),
                                          .namespace_ = ledger_text(newest->namespace_),
                                          .elapsed_ns = newest->elapsed_ns,
                                          .time_limit_ns = newest->limit_ns};
    shim_unlock();
    return FLOPSHIM_OK;
}
