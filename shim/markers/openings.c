/* Contexts for the Python package: opened by one call with their log, closed by one that says what they used. Private to the
 * package, which comes with the library; a change of any of these needs another name. An opening is a number > 0 that no other
 * opening of the process has. */
#include "banner.h"
#include "context.h"
#include "enter.h"
#include "ledger_file.h"
#include "lock.h"
#include "log.h"
#include "ledger_self.h"
#include "oplog.h"
#include "weights.h"
#include <stdio.h>

#define EXPORTED __attribute__((visibility("default")))

struct flopshim_python_tally {
    struct flopshim_tally tally;
    uint64_t short_ns, short_flops; /* of calls that were timed for the log alone: no other tally has them */
};

struct flopshim_python_used {
    struct flopshim_python_tally *tallies; /* in order of the first use in the opening */
    struct flopshim_operation *operations;
    uint64_t tally_room;
    uint64_t operation_room;
    uint64_t tally_count;     /* where there is less room, they are not all there, and nothing was closed: to be asked again */
    uint64_t operation_count; /* that the log has: in the calling thread only */
    uint64_t calls;           /* that it would have, had it no end */
    uint64_t refused;         /* calls that were */
    uint64_t call_ns;         /* that a call takes in the shim, about */
};

/* Words of a number of 128 bits, the lower one first. */
EXPORTED int64_t flopshim_python_begin(const char *namespace_, const uint64_t flop_budget[2], double multiplier, int quiet,
                                       const uint64_t flops_used[2], uint64_t log_capacity, uint64_t time_limit_ns,
                                       uint32_t weights);
EXPORTED uint32_t flopshim_python_weigh(const char *given, char *error, uint32_t size);
EXPORTED int flopshim_python_read(uint64_t opening, struct flopshim_python_used *used);
EXPORTED int flopshim_python_shut(uint64_t opening, struct flopshim_python_used *used);

/* Weights for contexts (weights.h): the number of the set, or 0 with what is wrong. */
uint32_t flopshim_python_weigh(const char *given, char *error, uint32_t size)
{
    if (!enter_thread()) {
        snprintf(error, size, "nothing is counted");
        return 0;
    }
    shim_lock();
    uint32_t number = weights_add(given, error, size);
    shim_unlock();
    return number;
}

static wide wide_of(const uint64_t words[2])
{
    return (wide)words[1] << 64 | words[0];
}

static int64_t open_locked(struct thread *t, const struct flopshim_context *context, const uint64_t flop_budget[2],
                           const uint64_t flops_used[2], uint64_t log_capacity, uint32_t weights)
{
    int status = context_open(t, context, wide_of(flop_budget), wide_of(flops_used));
    if (status)
        return status;
    t->context_weights = weights_set(weights);
    bool logged = oplog_begin(t, log_capacity, true);
    if (logged)
        used_begin(&t->used, t->refusals.calls);
    else
        context_close(t);
    thread_refresh(t);
    return logged ? (int64_t)t->used.opening : FLOPSHIM_NO_SPACE;
}

/* The opening, or a status. flop_budget: 0 is none. The log has its first calls. weights: 0, or the number of a set. */
int64_t flopshim_python_begin(const char *namespace_, const uint64_t flop_budget[2], double multiplier, int quiet,
                              const uint64_t flops_used[2], uint64_t log_capacity, uint64_t time_limit_ns, uint32_t weights)
{
    struct flopshim_context context = {
        .namespace_ = namespace_, .multiplier = multiplier, .quiet = quiet, .time_limit_ns = time_limit_ns};
    struct thread *t = enter_thread();
    if (!t)
        return FLOPSHIM_NOT_LOADED;
    if (!context_is_valid(&context) || !log_capacity || log_capacity > FLOPSHIM_LOG_MOST)
        return FLOPSHIM_BAD_ARGUMENT;
    shim_lock();
    int64_t opening = open_locked(t, &context, flop_budget, flops_used, log_capacity, weights);
    shim_unlock();
    if (opening > 0 && !quiet)
        banner_print(wide_of(flop_budget));
    return opening;
}

static void read_tallies(const struct thread *t, struct flopshim_python_used *used)
{
    const struct used *u = &t->used;
    used->tally_count = 0;
    for (uint32_t i = 0; i < __atomic_load_n(&u->count, __ATOMIC_ACQUIRE); i++) {
        struct used_counts counts;
        if (!used_read(u, i, &counts) || used->tally_count++ >= used->tally_room)
            continue;
        const struct ledger_tally *from = u->before[i].tally;
        const struct flopshim_tally tally = {.name = ledger_text(from->operation),
                                             .namespace_ = ledger_text(from->namespace_),
                                             .flop_cost = counts.flops,
                                             .calls = counts.calls,
                                             .first_use = from->first_use,
                                             .thread = (int32_t)t->slot,
                                             .elapsed_ns = counts.elapsed_ns,
                                             .timed_flops = counts.timed_flops};
        used->tallies[used->tally_count - 1] = (struct flopshim_python_tally){tally, u->before[i].short_ns,
                                                                              u->before[i].short_flops};
    }
}

static void read_log(const struct thread *t, struct flopshim_python_used *used)
{
    const struct oplog *log = t == thread_self() ? t->last_log : NULL;
    used->calls = log ? oplog_count(log, t) : 0;
    used->operation_count = log ? log_kept(log) : 0;
    for (uint64_t i = 0; i < used->operation_count && i < used->operation_room; i++)
        log_read(log, i, used->operations + i);
}

static void nothing(struct flopshim_python_used *used)
{
    used->tally_count = used->operation_count = used->calls = used->refused = 0;
    used->call_ns = ledger_process->call_ns;
}

static bool read_used(const struct thread *t, struct flopshim_python_used *used)
{
    read_tallies(t, used);
    read_log(t, used);
    used->call_ns = ledger_process->call_ns;
    used->refused = t->used.ended ? t->used.refused : t->refusals.calls - t->used.refused;
    return used->tally_count <= used->tally_room && used->operation_count <= used->operation_room;
}

/* What an opening of whichever thread has used so far, as long as that thread opened no other one. FLOPSHIM_UNKNOWN: it is not
 * known any more. */
int flopshim_python_read(uint64_t opening, struct flopshim_python_used *used)
{
    if (!enter_thread())
        return FLOPSHIM_NOT_LOADED;
    shim_lock();
    const struct thread *t = thread_list;
    while (t && t->used.opening != opening)
        t = t->next;
    if (t)
        read_used(t, used);
    else
        nothing(used);
    shim_unlock();
    return t ? FLOPSHIM_OK : FLOPSHIM_UNKNOWN;
}

/* The same of the calling thread's, and close it. */
int flopshim_python_shut(uint64_t opening, struct flopshim_python_used *used)
{
    struct thread *t = enter_thread();
    if (!t)
        return FLOPSHIM_NOT_LOADED;
    nothing(used);
    if (t->used.opening != opening)
        return FLOPSHIM_NOT_OPEN;
    shim_lock();
    bool open = t->context && !t->used.ended;
    if (read_used(t, used) && open) {
        context_close(t);
        thread_refresh(t);
    }
    shim_unlock();
    return open ? FLOPSHIM_OK : FLOPSHIM_NOT_OPEN;
}
