/* The op log as flopshim.h has it. */
#include "log.h"
#include "cost.h"
#include "enter.h"
#include "flopshim.h"
#include "ledger_file.h"
#include "lock.h"
#include "oplog.h"
#include "precision.h"
#include <string.h>

#define EXPORTED __attribute__((visibility("default")))

_Static_assert(FLOPSHIM_HALF + COST_OTHER == FLOPSHIM_OTHER && FLOPSHIM_HALF + COST_DOUBLE == FLOPSHIM_DOUBLE,
               "flopshim.h: precisions");
_Static_assert(sizeof((struct flopshim_operation){0}.dims) == COST_DIMS_MOST * sizeof(int64_t), "flopshim.h: dims");

static int begin(uint64_t capacity, bool only_first)
{
    struct thread *t = enter_thread();
    if (!t)
        return FLOPSHIM_NOT_LOADED;
    if (!capacity || capacity > FLOPSHIM_LOG_MOST)
        return FLOPSHIM_BAD_ARGUMENT;
    if (!t->context)
        return FLOPSHIM_NOT_OPEN;
    if (!oplog_begin(t, capacity, only_first))
        return FLOPSHIM_NO_SPACE;
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

bool log_read(const struct oplog *log, uint64_t index, struct flopshim_operation *operation)
{
    if (index >= log->count || log->count - index > log->capacity)
        return false;
    const struct oplog_record *r = &log->records[index % log->capacity];
    bool deduction = r->routine == OPLOG_DEDUCTION;
    struct cost_dims dims = deduction ? (struct cost_dims){0} : cost_dims(cost_routine_of(r->routine));
    *operation = (struct flopshim_operation){
        .name = deduction ? ledger_text(r->name) : cost_name(cost_routine_of(r->routine)),
        .namespace_ = ledger_text(r->namespace_),
        .flop_cost = r->flop_cost,
        .cumulative = r->cumulative,
        .dim_count = dims.count,
        .precision = deduction ? 0 : cost_precision(cost_routine_of(r->routine)) + FLOPSHIM_HALF,
        .dim_names = dims.names,
        .started_ns = r->started_ns,
        .elapsed_ns = r->elapsed_ns,
    };
    memcpy(operation->dims, r->dims, sizeof operation->dims);
    return true;
}

EXPORTED int flopshim_log_read(uint64_t index, struct flopshim_operation *operation)
{
    struct thread *t = enter_thread();
    if (!t)
        return FLOPSHIM_NOT_LOADED;
    if (!operation)
        return FLOPSHIM_BAD_ARGUMENT;
    return t->last_log && log_read(t->last_log, index, operation) ? FLOPSHIM_OK : FLOPSHIM_UNKNOWN;
}

EXPORTED uint64_t flopshim_log_count(void)
{
    const struct thread *t = thread_self();
    const struct oplog *log = t ? t->last_log : NULL;
    return log ? oplog_count(log, t) : 0;
}
