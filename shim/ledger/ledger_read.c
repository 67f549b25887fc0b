/* Walking a ledger that was checked, or that is our own and alive. Reads only; no malloc, no stdio: the shim uses it too. */
#include "ledger_read.h"
#include "ledger_check.h"
#include "ledger_self.h"
#include <sched.h>
#include <string.h>

#define READ_AGAIN 64 /* what a living owner is just changing */
#define LET_RUN 48    /* then it may have been put aside in the middle */
#define MAX_CALLS ((uint64_t)1 << 44)

const struct ledger_block *ledger_next(const struct ledger_view *view, const struct ledger_block *block)
{
    return block_at(view, block ? offset_of(view, block) + block_bytes(block) : LEDGER_PAGE);
}

const char *ledger_string(const struct ledger_view *view, uint32_t offset)
{
    if (offset < LEDGER_PAGE || offset >= view->size_bytes)
        return "";
    const char *string = (const char *)view->header + offset;
    return memchr(string, 0, view->size_bytes - offset) ? string : "";
}

const struct ledger_process *ledger_process_of(const struct ledger_view *view, const struct ledger_block *block)
{
    size_t offset = block->process;
    if (offset < LEDGER_PAGE + sizeof *block || offset % BLOCK_ALIGN || offset > view->size_bytes ||
        view->size_bytes - offset < sizeof(struct ledger_process))
        return NULL;
    return (const struct ledger_process *)((const char *)view->header + offset);
}

static bool read_counts(const struct ledger_tally *tally, struct ledger_counts *counts)
{
    uint64_t excess = 0;
    for (int i = 0; i < READ_AGAIN; i++) {
        uint64_t sum = load(&tally->check);
        *counts = (struct ledger_counts){.flops = load(&tally->flops),
                                         .elapsed_ns = load(&tally->elapsed_ns),
                                         .timed_flops = load(&tally->timed_flops),
                                         .nested_calls = load(&tally->nested_calls)};
        excess = sum - counts->flops - counts->elapsed_ns - counts->timed_flops - counts->nested_calls;
        counts->calls = excess / LEDGER_CALL_UNIT;
        if (sum == load(&tally->check) && excess % LEDGER_CALL_UNIT == 0 && counts->calls < MAX_CALLS)
            return true;
        if (i >= LET_RUN)
            sched_yield();
    }
    /* A call's FLOPs were stored and its check was not: its cost is missing there, which may be more than all calls. */
    counts->calls = excess >> 63 ? 0 : counts->calls + (excess % LEDGER_CALL_UNIT != 0);
    if (!counts->calls && (counts->flops || counts->elapsed_ns || counts->timed_flops))
        counts->calls = 1;
    return false;
}

bool ledger_tally_read(const struct ledger_tally *tally, struct ledger_counts *counts)
{
    bool sound = read_counts(tally, counts);
    if (ledger_is_query(tally->routine)) {
        counts->queries = counts->calls;
        counts->calls = 0;
        sound &= !(counts->flops | counts->elapsed_ns | counts->timed_flops | counts->nested_calls);
    }
    return sound;
}
