/* The log of calls that a ledger holds (FLOP_DETAIL=calls), as CSV and as a trace. No malloc, no stdio: the shim writes them
 * too. */
#pragma once
#include "summary_model.h"

struct ledger_view;

/* How many calls a ledger has in its log. */
struct summary_log calls_count(const struct ledger_view *view);

/* Where a call stands in the ledger; its record is read again when it is written. */
struct calls_place {
    const struct ledger_call *record;
    uint64_t number;
    uint64_t started_ns;
    uint32_t pid;
    uint32_t tid;
};

struct calls {
    struct calls_place *places;
    size_t count;
    uint64_t overwritten; /* by newer ones */
    uint64_t unreadable;
    size_t bytes;
};

enum calls_order { CALLS_BY_TIME, CALLS_BY_THREAD };

/* The calls of the summary's ledger; none where it was made of JSON. False: out of memory. */
bool calls_open(struct calls *calls, const struct summary *summary, enum calls_order order);
void calls_close(struct calls *calls);

/* What a trace and a table say of a call. */
struct calls_row {
    const char *operation;
    const char *namespace_;
    uint64_t started_ns; /* since the start of the first process */
    uint64_t elapsed_ns;
    bool ended;
    uint64_t flops;
};

/* False: it was overwritten meanwhile. shape: room for CALLS_SHAPE_BYTES ("m=2 n=3 side=L"). */
#define CALLS_SHAPE_BYTES 512
bool calls_read(const struct summary *summary, const struct calls_place *place, struct calls_row *row,
                char shape[CALLS_SHAPE_BYTES]);

/* A row a call, in order of time: process,thread,number,start_seconds,seconds,namespace,operation,flop_cost,shape */
void calls_csv(const struct summary *summary, struct out *out);
