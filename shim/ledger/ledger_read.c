/* Walking a ledger that was checked, or that is our own and alive. Reads only; no malloc, no stdio: the shim uses it too. */
#include "ledger_read.h"
#include "ledger_check.h"
#include "ledger_seal.h"
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

const struct ledger_process *ledger_first_process(const struct ledger_view *view)
{
    const struct ledger_block *first = ledger_next(view, NULL);
    bool is_there = first && (first->kind != LEDGER_PROCESSES || first->count);
    return is_there ? ledger_process_of(view, first) : NULL;
}

static bool read_counts(const struct ledger_tally *tally, struct ledger_counts *counts)
{
    uint64_t excess = 0;
    for (int i = 0; i < READ_AGAIN; i++) {
        uint64_t sum = load(&tally->check), nested = load(&tally->nested);
        *counts = (struct ledger_counts){.flops = load(&tally->flops),
                                         .elapsed_ns = load(&tally->elapsed_ns),
                                         .timed_flops = load(&tally->timed_flops),
                                         .nested_calls = nested / LEDGER_NESTED_UNIT};
        excess = sum - counts->flops - counts->elapsed_ns - counts->timed_flops;
        counts->calls = excess / LEDGER_CALL_UNIT;
        if (sum == load(&tally->check) && excess % LEDGER_CALL_UNIT == 0 && counts->calls < MAX_CALLS &&
            nested % LEDGER_NESTED_UNIT == 0)
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

wide ledger_grant_carried(const struct ledger_grant *grant, bool allowed)
{
    uint64_t carries, word;
    int attempts = READ_AGAIN;
    do {
        carries = load(&grant->carries);
        word = load(allowed ? &grant->allowed_flops : &grant->spent_flops);
    } while (carries != load(&grant->carries) && --attempts);
    uint64_t carried = carries / 2 + (carries % 2 && word < LEDGER_CARRY);
    return (wide)carried * LEDGER_CARRY + word;
}

uint64_t ledger_grant_unused(const struct ledger_grant *grant)
{
    uint64_t allowed = load(&grant->allowed_flops), spent = load(&grant->spent_flops);
    return allowed > spent ? allowed - spent : 0;
}

/* What is read between two equal seals, which match it. */
static bool copy_shape(const struct ledger_shape *shape, struct ledger_shape *copy)
{
    uint64_t seal = load(&shape->seal);
    *copy = (struct ledger_shape){.tally = __atomic_load_n(&shape->tally, __ATOMIC_ACQUIRE),
                                  .names = __atomic_load_n(&shape->names, __ATOMIC_ACQUIRE),
                                  .tally_again = __atomic_load_n(&shape->tally_again, __ATOMIC_ACQUIRE),
                                  .missed_calls = load(&shape->missed_calls),
                                  .missed_flops = load(&shape->missed_flops)};
    for (int i = 0; i < LEDGER_SHAPE_VALUES; i++)
        copy->values[i] = __atomic_load_n(&shape->values[i], __ATOMIC_ACQUIRE);
    copy->check = load(&shape->check);
    copy->flops = load(&shape->flops);
    copy->seal = load(&shape->seal);
    return copy->seal == seal && seal == ledger_seal_shape(copy) && copy->tally_again == ~copy->tally;
}

enum ledger_shape_state ledger_shape_read(const struct ledger_shape *shape, struct ledger_shape *copy,
                                          struct ledger_counts *counts)
{
    bool whole = false;
    for (int i = 0; i < READ_AGAIN; i++) {
        whole = copy_shape(shape, copy);
        uint64_t excess = copy->check - copy->flops;
        *counts = (struct ledger_counts){.flops = copy->flops, .calls = excess / LEDGER_CALL_UNIT};
        if (whole && excess % LEDGER_CALL_UNIT == 0 && counts->calls < MAX_CALLS && copy->check == load(&shape->check))
            return LEDGER_SHAPE_SOUND;
        if (!copy->seal && !copy->tally && !copy->tally_again)
            return LEDGER_SHAPE_UNUSED;
    }
    /* As in a tally: a call's FLOPs, but not its check. */
    counts->calls = (copy->check - copy->flops) >> 63 ? 1 : counts->calls + 1;
    if (whole)
        return LEDGER_SHAPE_DOUBTFUL;
    return copy->seal || copy->tally_again != ~copy->tally ? LEDGER_SHAPE_DAMAGED : LEDGER_SHAPE_UNFINISHED;
}

bool ledger_call_read(const struct ledger_call *record, struct ledger_call *copy)
{
    typedef uint64_t __attribute__((may_alias)) word;
    for (int i = 0; i < READ_AGAIN; i++) {
        uint64_t seal = load(&record->seal);
        for (size_t w = 0; w < sizeof *copy / sizeof(word); w++)
            ((word *)copy)[w] = __atomic_load_n((const word *)record + w, __ATOMIC_ACQUIRE);
        if (!seal && !copy->number)
            return false;
        if (seal == load(&record->seal) && seal == ledger_seal_call(copy))
            return true;
    }
    return false;
}

bool ledger_call_ended(const struct ledger_call *copy)
{
    return copy->elapsed_again == ~copy->elapsed_ns;
}

const struct ledger_tally *ledger_tally_at(const struct ledger_view *view, uint32_t offset)
{
    if (offset < LEDGER_PAGE || offset % sizeof(struct ledger_tally) || offset > view->size_bytes ||
        view->size_bytes - offset < sizeof(struct ledger_tally))
        return NULL;
    return (const struct ledger_tally *)(const void *)((const char *)view->header + offset);
}
