/* The log of calls (call_log.h): a ring a thread, which grows by blocks up to its size. */
#include "call_log.h"
#include "config.h"
#include "cost.h"
#include "ledger_append.h"
#include "ledger_file.h"
#include "ledger_seal.h"
#include "lock.h"
#include "pages.h"
#include "shapes.h"
#include <errno.h>
#include <string.h>

#define FIRST_RECORDS 31u /* of a block; then twice as many and one, up to: */
#define MOST_RECORDS 8191u
#define BLOCKS 1024
/* Beyond half of the ledger rings grow no more. */
#define ROOM_BYTES (LEDGER_MAX_BYTES / 2)

struct named {
    uint32_t key; /* the routine's id + 1; 0: none */
    uint32_t names;
};

struct call_log {
    uint64_t count;    /* ever */
    uint64_t capacity; /* records that there are */
    bool is_full;      /* it grows no more */
    uint32_t block_count;
    struct ledger_block *blocks[BLOCKS];
    struct ledger_block *at; /* that the next record is in, */
    uint32_t at_index;       /* and which of the blocks */
    uint32_t in_block;
    struct named named[THREAD_HOT];
};

/* ---- the ring ---- */

static struct ledger_block *make_block(struct thread *t, const struct call_log *log)
{
    static const struct ledger_call unused;
    uint64_t left = (uint64_t)config.calls_kept - log->capacity;
    uint32_t records = log->block_count ? 2 * log->blocks[log->block_count - 1]->capacity + 1 : FIRST_RECORDS;
    records = records < MOST_RECORDS ? records : MOST_RECORDS;
    records = records < left ? records : (uint32_t)left;
    if (!records || log->is_full || log->block_count == BLOCKS || !ledger_has_room() || ledger_bytes() > ROOM_BYTES)
        return NULL;
    struct ledger_block *block = ledger_add_block(LEDGER_CALLS, sizeof unused, records, t->slot);
    while (block && block->count < records)
        ledger_append(block, &unused);
    return block;
}

static void grow(struct thread *t, struct call_log *log)
{
    shim_lock();
    struct ledger_block *block = make_block(t, log);
    shim_unlock();
    if (block) {
        log->blocks[log->block_count++] = block;
        log->capacity += block->capacity;
    }
    log->is_full = !block;
}

/* NULL: there is not even one block. */
static struct ledger_call *next_record(struct thread *t, struct call_log *log)
{
    if (log->at && log->in_block < log->at->capacity)
        return (struct ledger_call *)(log->at + 1) + log->in_block++;
    uint32_t index = log->at ? log->at_index + 1 : 0;
    if (index == log->block_count && !log->is_full)
        grow(t, log);
    if (!log->block_count)
        return NULL;
    log->at_index = index < log->block_count ? index : 0;
    log->at = log->blocks[log->at_index];
    log->in_block = 1;
    return (struct ledger_call *)(log->at + 1);
}

/* ---- records ---- */

static uint32_t names_of(struct call_log *log, uint32_t routine)
{
    struct named *named = &log->named[routine % THREAD_HOT];
    if (named->key != routine + 1) {
        shim_lock();
        *named = (struct named){routine + 1, shapes_names(routine)};
        shim_unlock();
    }
    return named->names;
}

static void take_values(struct ledger_call *call, uint32_t routine, const int64_t *shape)
{
    struct cost_dims dims = cost_dims(cost_routine_of(routine)), options = cost_options(cost_routine_of(routine));
    for (uint32_t i = 0; i < dims.count; i++)
        call->values[i] = shape[dims.places[i]];
    for (uint32_t i = 0; i < options.count; i++)
        call->values[dims.count + i] = shape[options.places[i]];
}

static void store(struct ledger_call *record, struct ledger_call *call)
{
    call->seal = ledger_seal_call(call);
    ledger_replace(record, call, sizeof *call);
}

void call_log_leave(struct thread *t)
{
    if (t->calls)
        t->calls->is_full = true;
}

struct call_place call_log_add(struct thread *t, const struct ledger_tally *tally, uint64_t cost, const int64_t *shape,
                               uint64_t started_ns)
{
    int saved = errno;
    struct call_log *log = t->calls;
    const struct ledger_grant *grant = t->own_grant;
    if (!log)
        log = t->calls = pages_get(sizeof *log);
    struct ledger_call *record = log && grant ? next_record(t, log) : NULL;
    errno = saved;
    if (!record)
        return (struct call_place){0};
    struct ledger_call call = {.number = ++log->count,
                               .started_ns = started_ns,
                               .flops = cost,
                               .tally = (uint32_t)((const char *)tally - (const char *)ledger),
                               .tid = grant->tid,
                               .before = record->number ? record->before + 1 : 0};
    if (shape && tally->routine < LEDGER_QUERY) {
        call.names = names_of(log, tally->routine);
        take_values(&call, tally->routine, shape);
    }
    store(record, &call);
    return (struct call_place){record, call.number};
}

void call_log_end(struct call_place place, uint64_t elapsed_ns)
{
    if (!place.record || place.record->number != place.number)
        return;
    __atomic_store_n(&place.record->elapsed_ns, elapsed_ns, __ATOMIC_RELAXED);
    __atomic_store_n(&place.record->elapsed_again, ~elapsed_ns, __ATOMIC_RELEASE);
}

void call_log_refund(struct call_place place)
{
    if (!place.record || place.record->number != place.number)
        return;
    struct ledger_call call = *place.record;
    call.flops = 0;
    store(place.record, &call);
}
