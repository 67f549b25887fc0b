/* The model of a summary: what the text, JSON and CSV writers print, read from a ledger or from a JSON summary.
 *
 * Built in one mmap'ed arena, so that the shim can make one in any state of the process. Strings point into the ledger or
 * the arena and live as long as both. One thread at a time. */
#pragma once
#include "out.h"
#include "wide.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SUMMARY_SCHEMA 2 /* of the JSON; raised when a key's meaning changes */

struct ledger_header;
struct ledger_view;

#define SUMMARY_NO_RANK INT64_C(-1)
#define SUMMARY_MOST_FLOPS UINT64_MAX /* the price of a call sticks here: it stands for itself or more */

/* By bit number of enum ledger_incomplete, as the JSON calls them; behind the ledger's own what only a summary knows. */
#define SUMMARY_INCOMPLETE_NAMES 7
#define SUMMARY_SATURATED (1U << 6) /* something cost SUMMARY_MOST_FLOPS */
extern const char *const summary_incomplete_names[SUMMARY_INCOMPLETE_NAMES];

/* From where calls came: a place in a loaded object, or a line of a script; all absent: nowhere that is known. */
struct summary_caller {
    const char *object; /* path, or "" */
    const char *build;  /* its build id, in hexadecimal, or "" */
    uint64_t address;   /* that the call returned to, as the object's symbol table counts */
    const char *file;   /* source or script, or "" */
    uint64_t line;      /* there, or 0 */
    const char *function;
};

/* A row of a histogram. A shape: its dimensions and options, as `flopshim cost` takes them ("m=512 n=512 side=L"; "": it has
 * none); or a caller. */
struct summary_shape {
    const char *text;
    uint64_t calls;
    wide flop_cost;
    struct summary_caller *caller; /* NULL: it is a shape */
};

/* What the calls of an operation were told apart by, and were recorded as, where they were (FLOP_DETAIL). */
struct summary_histogram {
    bool recorded;
    struct summary_shape *rows; /* those with the most FLOPs first */
    size_t count;
    uint64_t error_calls; /* none that is not listed had more, nor does a listed one lack more */
    wide error_flops;
};

struct summary_operation {
    const char *name;
    wide flop_cost;
    uint64_t calls;
    uint64_t elapsed_ns;
    wide timed_flops;
    uint64_t first_use;
    uint64_t nested_calls;
    uint64_t queries; /* of the workspace: no calls */
    int accuracy;     /* enum cost_class */
    struct summary_histogram shapes;
    struct summary_histogram callers;
};

/* FLOP_DETAIL=calls. */
struct summary_log {
    bool recorded;
    uint64_t calls; /* that it holds; of older ones, which were overwritten: */
    uint64_t overwritten;
};

/* Where time went. Of several threads, their times together. */
struct summary_time {
    uint64_t wall_ns; /* 0: not known */
    uint64_t blas_ns; /* in calls that were timed, of so many FLOPs: */
    wide timed_flops;
    uint64_t shim_ns; /* an estimate, by the number of calls */
};

struct summary_thread {
    uint32_t pid;
    uint32_t number; /* of the process's, from 0; one that ended may give its number to a later one */
    wide flops_used;
    uint64_t calls;
    struct summary_time time;
    uint32_t image; /* while time is added up: of the process */
};

struct summary_use {
    wide flops_used;
    uint64_t calls;
};

/* A namespace has a row where something was done in it, or in one dotted below it, and where a context with a budget has its
 * name. The unlabelled one is "", and nothing is below it. */
struct summary_namespace {
    const char *name;
    bool has_budget;
    wide flop_budget;         /* of all contexts opened with this name, together; what remains of it is this less total, */
    bool remains_unknown;     /* but where other contexts or none may have paid for a part of total, or for more than that */
    struct summary_use self;  /* what was done in it itself: its operations. Over all namespaces, the whole */
    struct summary_use total; /* and with those dotted below it */
    struct summary_time time; /* of total; wall: that contexts of this name were open, those below it are in there */
    uint64_t queries;         /* of the workspace, in it itself */
    uint64_t first_use;       /* of total */
    size_t above;             /* while totals are added up: the index of the one that it is in, */
    bool limited;             /* and whether that, or this one, has a budget */
    struct summary_operation *operations;
    size_t operation_count;
};

struct summary_provider {
    const char *path;
    const char *name;
    const char *version;
    unsigned integer_bits;
};

/* One image of one process: where it replaced its image, there is another of the same pid behind it. */
struct summary_process {
    uint32_t pid;
    uint32_t ppid;
    uint32_t exec_number;
    uint32_t threads;
    uint32_t end_status;
    bool running;
    const char *program;
    const char *end_reason; /* "unknown" and not running: it was killed */
    wide flops_used;
    uint64_t calls;
    uint64_t start_realtime_ns;
    uint64_t wall_ns;
};

struct summary {
    bool is_tree; /* of a process and what it started, else of one process */
    bool has_budget;
    wide flop_budget;
    wide flops_used; /* remaining = flop_budget - flops_used; negative where FLOP_ON_EXHAUSTED=warn let calls run */
    uint64_t calls;
    struct summary_operation *operations; /* over all namespaces, in order of first use */
    size_t operation_count;
    struct summary_namespace *namespaces; /* in order of first use */
    size_t namespace_count;
    struct summary_provider *providers;
    size_t provider_count;
    const char *version; /* of flopshim */
    const char *cost_model;
    const char *convention; /* "ops" or "fma" */
    const char *multiplier; /* a JSON number */
    const char *weights;    /* name and digest; "" or NULL: none */
    uint64_t time_limit_ns; /* 0: none */
    uint32_t call_ns;       /* that a call takes in the shim, about; not in the JSON */
    bool complete;
    const char *end_reason; /* "exit" "exec" "signal" "exhausted" "finalized" "unknown" */
    uint32_t end_status;    /* exit status or signal number */
    bool running;           /* the process, or the root of the tree */
    unsigned incomplete;    /* enum ledger_incomplete: why not complete, where it ended by itself */
    uint64_t dropped_calls;
    uint64_t uncounted_calls;
    uint64_t unclosed_calls;
    uint64_t refused_calls;
    uint64_t refused_cost;
    wide refused_remaining;
    uint64_t refused_elapsed_ns; /* of the last one, where it was for its time, */
    uint64_t refused_limit_ns;   /* and of what; 0: for its cost */
    const char *refused_operation;
    const char *refused_namespace;
    uint64_t nested_calls;
    uint64_t queries;
    wide accuracy_flops[3];            /* by enum cost_class */
    bool has_context;                  /* a marker context was opened */
    const char *uncovered;             /* reasons and paths, one a line, or "" */
    struct summary_process *processes; /* the root first; of others those that have something to say */
    size_t process_count;
    size_t processes_alive; /* of all, also of those that are not listed; not in the JSON */
    size_t root_end;        /* the index of the root's last image */
    uint32_t pid;           /* what follows is the root's, but for threads: those of all */
    uint32_t ppid;
    uint32_t threads;
    const char *host;
    int64_t rank;    /* in its job; SUMMARY_NO_RANK */
    const char *job; /* or "" */
    uint32_t ranks;  /* of the job that it was counted with, and whose budget flop_budget is; 0: with none */
    uint32_t job_number;
    uint32_t told; /* what the job's summary has of this: a mark; 0: nothing. Not in the JSON */
    const char *program;
    const char *arguments; /* zero-terminated one behind the other */
    size_t arguments_bytes;
    uint64_t start_realtime_ns;
    uint64_t start_monotonic_ns; /* not in the JSON, */
    uint64_t wall_ns;
    struct summary_time time;              /* of all threads of all processes; */
    struct summary_thread *threads_listed; /* of these, some */
    size_t thread_count;
    const struct ledger_header *ledger; /* and where it was made of one, which lives as long: its log of calls (calls.h) */
    size_t ledger_bytes;
    struct summary_log log;
    void *arena;
    size_t arena_bytes;
    size_t arena_used;
};

/* What the arena holds goes. */
void summary_free(struct summary *summary);

/* Map the arena of a summary that is being built, and take room in it (16-aligned, zeroed; NULL where it is used up). */
int summary_reserve(struct summary *summary, size_t bytes);
void *summary_alloc(struct summary *summary, size_t bytes);
/* Set the end of the process or root, and with it `complete`: the end is known, nothing is missing, no listed process runs. */
void summary_set_end(struct summary *summary, const char *end_reason, uint32_t end_status);
/* How many of the listed processes still run. */
size_t summary_count_running(const struct summary *summary);
/* Does `name` lie in the namespace `outer`: the same, or dotted below it? */
bool summary_is_within(const char *name, const char *outer);
/* The only namespace in which something was done or that has a budget; those above it do not count. NULL: none or several. */
const struct summary_namespace *summary_only_namespace(const struct summary *summary);
/* What the header line of the text shows in brackets: the name of the only namespace, where that has no budget of its own;
 * else NULL. */
const char *summary_label(const struct summary *summary);
/* What an operation has beyond the rows of its histogram. */
struct summary_use summary_others(const struct summary_operation *operation, const struct summary_histogram *histogram);
/* What is neither inside BLAS nor inside the shim. False: that is not known. */
bool summary_outside(const struct summary_time *time, uint64_t *outside_ns);
/* Were shapes recorded, or callers? */
bool summary_has_shapes(const struct summary *summary);
bool summary_has_callers(const struct summary *summary);
/* A number above 0 that changes with each call, query and refusal. */
uint32_t summary_mark(const struct summary *summary);
/* Is there anything to report: calls, queries, refusals, or a context that was opened? Without, no file is written. */
bool summary_is_worth_a_file(const struct summary *summary);
