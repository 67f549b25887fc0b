/* The op log (oplog.h): a ring of records, from mmap like all tables of a thread, and wiped in a fork child. Strings are
 * offsets into the ledger or ids of routines, so that a record is made without looking anything up. */
#include "oplog.h"
#include "cost.h"
#include "ledger_file.h"
#include "ledger_read.h"
#include "ledger_self.h"
#include "ledger_walk.h"
#include "pages.h"
#include "ticks.h"
#include <string.h>
#include <sys/mman.h>

#define KEPT_RECORDS 512

/* What the thread's own context has used: no other thread is charged to it. */
static uint64_t context_used(const struct thread *t)
{
    const struct ledger_account *account = t->chain.context;
    wide before = wide_sum(account->prior_flops, account->spent_flops);
    return wide_narrow(wide_sum(before, wide_less(ledger_grant_sum(t->own_grant, false), t->context_from)));
}

/* All calls of a thread, by its tallies: blocks are only ever added, so no lock is needed. */
static uint64_t calls_of(const struct thread *t)
{
    struct ledger_view view = ledger_view();
    struct ledger_counts counts;
    uint64_t calls = 0;
    struct ledger_cursor cursor = {.view = &view, .kind = LEDGER_TALLIES, .of_one = true, .process = ledger_process};
    const struct ledger_tally *tally;
    while ((tally = ledger_next_record(&cursor)) != NULL) {
        if (cursor.block->owner != t->slot)
            continue;
        ledger_tally_read(tally, &counts);
        calls = cost_sum(calls, counts.calls);
    }
    return calls;
}

/* The call that is not logged any more was tallied before it came here. The next one refreshes the thread, and is fast. */
static bool is_full(struct thread *t)
{
    struct oplog *log = t->log;
    if (!log->only_first || log->count < log->capacity)
        return false;
    log->full = true;
    log->calls_then = calls_of(t) - 1;
    t->log = NULL;
    t->stale = true;
    return true;
}

void oplog_end(struct thread *t)
{
    struct oplog *log = t->last_log;
    if (log && log->full && !log->ended)
        log->beyond = calls_of(t) - log->calls_then;
    if (log)
        log->ended = true;
    t->log = NULL;
}

/* The place is taken before it is filled: a signal's handler that logs then takes the next one. */
static struct oplog_record *add(struct thread *t, uint32_t routine, uint32_t name, uint64_t cost)
{
    struct oplog *log = t->log;
    struct oplog_record *r = &log->records[log->next];
    log->count++;
    log->next = log->next + 1 < log->capacity ? log->next + 1 : 0;
    *r = (struct oplog_record){.flop_cost = cost,
                               .cumulative = context_used(t),
                               .routine = routine,
                               .name = name,
                               .namespace_ = t->namespace_,
                               .started_ns = ticks_now_ns() - log->began_ns};
    return r;
}

struct oplog_place oplog_call(struct thread *t, uint32_t routine, uint64_t cost, const int64_t *shape)
{
    struct oplog_place place = {t->log, 0};
    if (is_full(t))
        return place;
    place.number = t->log->earlier + t->log->count + 1;
    struct cost_dims dims = cost_dims(cost_routine_of(routine));
    struct oplog_record *r = add(t, routine, 0, cost);
    for (uint32_t i = 0; i < dims.count; i++)
        r->dims[i] = shape[dims.places[i]];
    return place;
}

void oplog_deduct(struct thread *t, uint32_t name, uint64_t cost)
{
    if (is_full(t))
        return;
    add(t, OPLOG_DEDUCTION, name, cost);
}

/* NULL: it is in another log, or was not logged, or the ring came round to it. */
static struct oplog_record *find(struct oplog *log, struct oplog_place place)
{
    if (!log || place.log != log)
        return NULL;
    uint64_t index = place.number - log->earlier - 1;
    return index < log->count && log->count - index <= log->capacity ? &log->records[index % log->capacity] : NULL;
}

void oplog_time(const struct thread *t, struct oplog_place place, uint64_t elapsed_ns)
{
    struct oplog_record *r = find(t->last_log, place);
    if (r)
        r->elapsed_ns = elapsed_ns ? elapsed_ns : 1;
}

void oplog_refund(struct thread *t, struct oplog_place place)
{
    struct oplog_record *r = find(t->log, place);
    if (!r)
        return;
    r->cumulative -= r->flop_cost;
    r->flop_cost = 0;
}

/* ---- the memory ---- */

static size_t bytes_of(uint64_t capacity)
{
    return sizeof(struct oplog) + capacity * sizeof(struct oplog_record);
}

/* Reserved, not touched: a log takes the memory of what was logged. A child process finds it empty. */
static struct oplog *make(uint64_t capacity)
{
    struct oplog *log = pages_reserve(bytes_of(capacity));
    if (!log)
        return NULL;
    madvise(log, bytes_of(capacity), MADV_WIPEONFORK);
    log->room = capacity;
    return log;
}

void oplog_free(struct thread *t)
{
    if (t->last_log)
        pages_free(t->last_log, bytes_of(t->last_log->room));
    t->log = t->last_log = NULL;
}

/* Emptied. What a short log has touched is kept, so that contexts with few calls, one behind the other, take no memory anew. */
static void empty(struct oplog *log)
{
    uint64_t ever = log->earlier + log->count, room = log->room;
    if (log->count > KEPT_RECORDS)
        madvise(log, bytes_of(room), MADV_DONTNEED);
    *log = (struct oplog){.room = room, .earlier = ever};
}

bool oplog_begin(struct thread *t, uint64_t capacity, bool only_first)
{
    struct oplog *log = t->last_log;
    if (log && log->room >= capacity && log->room / 2 <= capacity) {
        empty(log);
    } else {
        log = make(capacity);
        if (!log)
            return false;
        oplog_free(t);
    }
    log->capacity = capacity;
    log->only_first = only_first;
    log->began_ns = ticks_now_ns();
    t->log = t->last_log = log;
    return true;
}

uint64_t oplog_count(const struct oplog *log, const struct thread *t)
{
    return log->count + (!log->full ? 0 : log->ended ? log->beyond : calls_of(t) - log->calls_then);
}
