/* The op log (oplog.h): a ring of records, from mmap like all tables of a thread, and not in a fork child. Strings are offsets
 * into the ledger or ids of routines, so that a record is made without looking anything up. */
#include "oplog.h"
#include "cost.h"
#include "flopshim.h"
#include "ledger_walk.h"
#include "process.h"
#include "shim.h"
#include "thread.h"
#include <string.h>
#include <sys/mman.h>

#define EXPORTED __attribute__((visibility("default")))
#define DEDUCTION UINT32_MAX

_Static_assert(sizeof((struct flopshim_operation){0}.dims) == COST_DIMS_MOST * sizeof(int64_t), "flopshim.h: dims");

struct record {
    uint64_t flop_cost;
    uint64_t cumulative;
    uint32_t routine; /* DEDUCTION: `name` is a string in the ledger */
    uint32_t name;
    uint32_t namespace_; /* string in the ledger, or 0 */
    int64_t dims[COST_DIMS_MOST];
};

struct oplog {
    uint64_t capacity;
    uint64_t count;          /* records ever; the newest is count - 1, at place (count - 1) % capacity */
    uint64_t next;           /* count % capacity, without the division */
    struct record *progress; /* of the call in progress, NULL where that was not logged */
    bool only_first;         /* full, it ends: later calls are at full speed again */
    bool full;
    bool ended;          /* its context was closed: */
    uint64_t beyond;     /* so many calls came after the log was full */
    uint64_t calls_then; /* of the thread, when it was full */
    struct record records[];
};

/* ---- writing ---- */

/* What the thread's own context has used: no other thread is charged to it. */
static uint64_t context_used(const struct thread *t)
{
    const struct ledger_account *account = t->chain.context;
    uint64_t before = cost_sum(account->prior_flops, account->spent_flops);
    return cost_sum(before, t->own_grant->spent_flops - t->context_from);
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
static struct record *add(struct thread *t, uint32_t routine, uint32_t name, uint64_t cost)
{
    struct oplog *log = t->log;
    struct record *r = &log->records[log->next];
    log->count++;
    log->next = log->next + 1 < log->capacity ? log->next + 1 : 0;
    *r = (struct record){cost, context_used(t), routine, name, t->namespace_, {0}};
    return r;
}

void oplog_call(struct thread *t, uint32_t routine, const int64_t *shape)
{
    if (is_full(t))
        return;
    struct cost_dims dims = cost_dims(cost_routine_of(routine));
    struct record *r = add(t, routine, 0, t->cost);
    for (uint32_t i = 0; i < dims.count; i++)
        r->dims[i] = shape[dims.places[i]];
    t->log->progress = r;
}

void oplog_deduct(struct thread *t, uint32_t name, uint64_t cost)
{
    if (is_full(t))
        return;
    struct record *r = add(t, DEDUCTION, name, cost);
    if (r == t->log->progress)
        t->log->progress = NULL; /* the ring came round to it */
}

void oplog_refund(struct thread *t)
{
    struct record *r = t->log->progress;
    if (!r)
        return;
    r->cumulative -= r->flop_cost;
    r->flop_cost = 0;
    t->log->progress = NULL;
}

/* ---- the memory ---- */

static size_t bytes_of(uint64_t capacity)
{
    return sizeof(struct oplog) + capacity * sizeof(struct record);
}

/* Reserved, not touched: a log takes the memory of what was logged. A child process has none of it. */
static struct oplog *make(uint64_t capacity)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    struct oplog *log = mmap(NULL, bytes_of(capacity), PROT_READ | PROT_WRITE, flags, -1, 0);
    if (log == MAP_FAILED)
        return NULL;
    madvise(log, bytes_of(capacity), MADV_DONTFORK);
    log->capacity = capacity;
    return log;
}

void oplog_free(struct thread *t)
{
    if (t->last_log)
        munmap(t->last_log, bytes_of(t->last_log->capacity));
    t->log = t->last_log = NULL;
}

/* ---- the public functions ---- */

static int begin(uint64_t capacity, bool only_first)
{
    struct thread *t = thread_attach();
    if (!t)
        return FLOPSHIM_NOT_LOADED;
    if (!capacity || capacity > FLOPSHIM_LOG_MOST)
        return FLOPSHIM_BAD_ARGUMENT;
    if (!t->context)
        return FLOPSHIM_NOT_OPEN;
    struct oplog *log = make(capacity);
    if (!log)
        return FLOPSHIM_NO_SPACE;
    oplog_free(t);
    log->only_first = only_first;
    t->log = t->last_log = log;
    shim_lock();
    thread_refresh(t);
    shim_unlock();
    return FLOPSHIM_OK;
}

EXPORTED int flopshim_log_begin(uint64_t capacity)
{
    return begin(capacity, false);
}

EXPORTED int flopshim_log_first(uint64_t capacity)
{
    return begin(capacity, true);
}

EXPORTED int flopshim_log_read(uint64_t index, struct flopshim_operation *operation)
{
    struct thread *t = thread_attach();
    if (!t)
        return FLOPSHIM_NOT_LOADED;
    if (!operation)
        return FLOPSHIM_BAD_ARGUMENT;
    const struct oplog *log = t->last_log;
    if (!log || index >= log->count || log->count - index > log->capacity)
        return FLOPSHIM_UNKNOWN;
    const struct record *r = &log->records[index % log->capacity];
    bool deduction = r->routine == DEDUCTION;
    struct cost_dims dims = deduction ? (struct cost_dims){0} : cost_dims(cost_routine_of(r->routine));
    *operation = (struct flopshim_operation){
        .name = deduction ? (const char *)ledger + r->name : cost_routine_of(r->routine)->name,
        .namespace_ = r->namespace_ ? (const char *)ledger + r->namespace_ : "",
        .flop_cost = r->flop_cost,
        .cumulative = r->cumulative,
        .dim_count = dims.count,
        .dim_names = dims.names,
    };
    memcpy(operation->dims, r->dims, sizeof operation->dims);
    return FLOPSHIM_OK;
}

EXPORTED uint64_t flopshim_log_count(void)
{
    const struct thread *t = thread_self();
    const struct oplog *log = t ? t->last_log : NULL;
    if (!log)
        return 0;
    return log->count + (!log->full ? 0 : log->ended ? log->beyond : calls_of(t) - log->calls_then);
}
