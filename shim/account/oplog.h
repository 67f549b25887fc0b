/* The op log: the newest calls of a thread's context, one record each, in private memory of the thread's own. Only the owner
 * writes and reads it, so there is no lock. `t->log` is NULL where nothing is logged; else every call of the thread takes its
 * slow body, which hands its dimensions to the charge. */
#pragma once
#include "cost.h"
#include "thread.h"

#define OPLOG_DEDUCTION UINT32_MAX

struct oplog_record {
    uint64_t flop_cost;
    uint64_t cumulative; /* sticks at UINT64_MAX */
    uint32_t routine;    /* OPLOG_DEDUCTION: `name` is a string in the ledger */
    uint32_t name;
    uint32_t namespace_; /* string in the ledger, or 0 */
    uint64_t started_ns; /* after the log began */
    uint64_t elapsed_ns; /* 0: it was not timed, or has not ended */
    int64_t dims[COST_DIMS_MOST];
};

struct oplog {
    uint64_t room;     /* records that there is memory for */
    uint64_t earlier;  /* records ever of earlier logs in the same memory */
    uint64_t capacity; /* at most room */
    uint64_t count;    /* records ever; the newest is count - 1, at place (count - 1) % capacity */
    uint64_t next;     /* count % capacity, without the division */
    uint64_t began_ns; /* by the counter of ticks */
    bool only_first;   /* full, it ends: later calls are at full speed again */
    bool full;
    bool ended;          /* its context was closed: */
    uint64_t beyond;     /* so many calls came after the log was full */
    uint64_t calls_then; /* of the thread, when it was full */
    struct oplog_record records[];
};

/* Log the calls of the thread from here on: the newest so many, or only_first, the first. The memory is that of the thread's
 * last log where it suffices. False: no memory. */
bool oplog_begin(struct thread *t, uint64_t capacity, bool only_first);

/* Where a call stands in a log: its number there from 1, or 0 where it was not logged. */
struct oplog_place {
    const struct oplog *log;
    uint64_t number; /* those of earlier logs in the same memory included */
};

/* A call that was charged, or a deduction by name. shape: cost_dims() says the places in it. `t->log` is not NULL. */
struct oplog_place oplog_call(struct thread *t, uint32_t routine, uint64_t cost, const int64_t *shape);
void oplog_deduct(struct thread *t, uint32_t name, uint64_t cost);
/* The call that was logged there took so long. */
void oplog_time(const struct thread *t, struct oplog_place place, uint64_t elapsed_ns);
/* The call that was logged there costs nothing after all. */
void oplog_refund(struct thread *t, struct oplog_place place);
/* The context is closed: no more is logged. Under shim_lock. */
void oplog_end(struct thread *t);
/* The thread ends: what it logged goes. */
void oplog_free(struct thread *t);
/* Calls of the thread since the log began, logged or beyond what it holds. */
uint64_t oplog_count(const struct oplog *log, const struct thread *t);
