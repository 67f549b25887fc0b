/* What the shim knows of a thread, and how much of it the way of a call touches.
 *
 * struct thread lies in private memory, which a child process finds wiped, and is taken over by a later thread when its owner
 * ends, tallies and all: sums over tallies do not care who added what. Only its owner writes to it, but for `careful_flops`,
 * `stale` and `factor.below`, which any thread may write under shim_lock to send the owner through its careful path, and the
 * lengths in `looks`. */
#pragma once
#include "cost.h"
#include "ledger.h"
#include "looks.h"
#include "used.h"
#include <stdbool.h>
#include <stdint.h>

/* What became of the call that was refused last: skipped without more, an exception raised in Python, or to be raised. */
enum thread_refused { THREAD_REFUSED_SKIPPED, THREAD_REFUSED_RAISED, THREAD_REFUSED_PENDING };

#define THREAD_HOT 512 /* recently used tallies, by id of the routine */
#define THREAD_PATH_BYTES 512
#define THREAD_SCOPES 64
#define THREAD_FRAMES 8

struct account_chain {
    struct ledger_account *context; /* NULL: none open */
    struct ledger_account *process; /* NULL: no limit */
};

/* Refused calls of a thread, and the last of them; written under shim_lock. */
struct thread_refusals {
    uint64_t calls;
    uint64_t at; /* by the ledger's use_clock */
    uint64_t flop_cost;
    wide flops_remaining;
    uint64_t elapsed_ns; /* where it was refused for its time: what had passed, */
    uint64_t limit_ns;   /* and of what; 0: for its cost */
    uint32_t operation;  /* strings */
    uint32_t namespace_;
};

/* Of a thread's table of tallies. */
struct thread_place {
    struct ledger_tally *tally;
    uint64_t noted; /* the last opening of a context that it was noted in (used.h) */
};

struct thread {
    uintptr_t outer_frame;      /* frame address of the call in progress that was charged last; 0: none */
    uint64_t careful_flops;     /* a call that costs this or more takes the careful path; 0: every call */
    struct ledger_grant *grant; /* what it may use without asking; NULL: no account has a limit */
    uint32_t namespace_;        /* string in the ledger */
    bool stale;                 /* namespace_, chain and careful_flops must be worked out again */
    bool charging;              /* in the slow body, between its look at the gate and its tally (closing.h) */
    struct looks looks;         /* whose calls entries count, and where; none where careful_flops is 0 */
    struct ledger_tally *hot[THREAD_HOT];

    uint64_t taking;           /* what the call costs that is taking it from the grant (call_take) */
    struct cost_factor factor; /* where careful_flops is 0: the price is found by it all the same; of none, where it is not so
                                * easy (cost.h) */
    uint64_t timing_flops;     /* calls that cost this or more, before the multiplier, are timed */
    enum thread_refused refused;
    uint64_t exception_since_ns;  /* a Python exception is on its way to this thread; 0: none */
    const struct binding *caller; /* of the call that took the slow body; NULL: a deduction */
    uintptr_t called_from;        /* that call's return address */
    struct account_chain chain;
    wide context_from;    /* spent of own_grant when the chain became what it is */
    uint64_t deadline_ns; /* no call after it runs (time_limit.h); UINT64_MAX: none */
    uint64_t time_checked_ns;
    uint64_t time_share; /* FLOPs of short calls until the clock is looked at again */
    double multiplier;
    const double *weights;          /* of what it is charged to (weights.h); NULL: each FLOP counts 1 */
    struct oplog *log;              /* the calls are logged there; NULL: they are not */
    struct oplog *last_log;         /* that log or, once its context was closed, what it holds; or NULL */
    struct thread_shapes *shapes;   /* FLOP_DETAIL=shapes; NULL before its first call */
    struct thread_shapes *callers;  /* FLOP_DETAIL=callers; likewise, */
    struct callers_known *known;    /* and so what was found of them (callers.h), */
    struct call_log *calls;         /* FLOP_DETAIL=calls (call_log.h); NULL before its first call */
    uint64_t lines_waited_ns;       /* how long was waited for an interpreter's lock, */
    uint64_t lines_since_ns;        /* and since when (lines.c) */
    struct ledger_grant *own_grant; /* NULL: in a child of the process whose thread it was, which found it wiped */
    bool is_left;                   /* in a child of that process, made by fork(): the call that it forked in goes on */
    struct thread_place *index;     /* open-addressed, by namespace and routine or operation */
    uint32_t index_size;
    uint32_t index_used;
    struct ledger_block *tallies;    /* the block that has room */
    struct ledger_tally *other;      /* for what finds no room any more */
    uint64_t other_noted;            /* as in thread_place */
    struct used used;                /* by the context that a binding opened here last */
    struct ledger_tally *loop_tally; /* of the loop of NumPy's that was charged last; NULL: to be looked up */
    uint32_t loop;                   /* its number (loops.h) */
    uint32_t loops_here;             /* so many wish that loops are charged in this thread */
    bool nameless;                   /* its namespace found none */
    uint32_t slot;
    struct ledger_account *context; /* opened by this thread */
    uintptr_t handler_frame;        /* of a refused call whose handler runs; 0: none */
    double context_multiplier;
    const double *context_weights; /* NULL: the process's */
    bool context_quiet;
    uint64_t context_calls_before;
    char path[THREAD_PATH_BYTES]; /* dotted namespace */
    uint16_t scope_start[THREAD_SCOPES];
    uint32_t scopes;
    uint32_t context_scopes; /* scopes that were open already when the context was opened: not part of its names */
    uint32_t context_path;   /* bytes of path that they take */
    struct thread_refusals refusals;
    uintptr_t other_frames[THREAD_FRAMES]; /* of further calls in progress, the oldest first: frames.h */
    uint32_t other_count;                  /* to be believed where outer_frame is not 0 */
    uintptr_t stack_low, stack_high;       /* of the stack that the thread was started on; 0: not looked for yet */
    uint64_t timed_ns;                     /* the time of all its timed calls together */
    struct thread *next;                   /* all slots ever */
    struct thread *next_owned;             /* those with an owner, or those without */
    struct thread **owned_at;              /* what points to it in the list of those with one */
    uint32_t pid;                          /* of the owner: a clone that shares memory may be a process of its own */
};

/* 8 bytes of initial-exec TLS: the thread, or thread_none, which is always inside a call, before it was attached. */
extern __thread struct thread *call_self __attribute__((tls_model("initial-exec"), visibility("hidden")));
extern struct thread thread_none __attribute__((visibility("hidden")));

/* The calling thread where it is attached, else NULL. */
static inline struct thread *thread_self(void)
{
    return call_self == &thread_none ? NULL : call_self;
}

/* In a child of the process whose thread it was: what a call still adds there, which was in progress, is nobody's. */
static inline bool thread_is_left(const struct thread *t)
{
    return !t->own_grant || t->is_left;
}

/* Give the calling thread a state; NULL where there is no room for one. Under shim_lock, once the ledger is open; without the
 * lock, thread_hold() then sees to it that its end gives the state back. */
struct thread *thread_take(void);
void thread_hold(struct thread *t);

/* The calling thread is as one that was never attached, until it takes back what this returns. */
void *thread_put_aside(void);
void thread_take_back(void *aside);

/* Calls that cost this or more are timed under FLOP_TIMING=auto: 20 us and more on today's processors, where two clock
 * reads take 0.05. */
enum { thread_timed_flops = 1000000 };

/* Work out namespace, accounts, multiplier and careful_flops again. Under shim_lock. */
void thread_refresh(struct thread *t);

/* Every thread refreshes itself at its next call. Under shim_lock. */
void thread_make_all_stale(void);

/* All slots ever, by `next`, and those with an owner, by `next_owned`, which `thread_live` counts; under shim_lock. Owners may
 * be dead: a call in the last round of a thread's destructors takes a slot that its end does not give back. It is found when
 * slots run out, so there are never more than twice as many as threads were alive at once, and a few. */
extern struct thread *thread_list;
extern struct thread *thread_owned;
extern uint32_t thread_live;

/* How many threads but the calling one have a slot. Without the lock: it may change meanwhile, as may what is read from
 * thread_list, to which slots are only added. */
uint32_t thread_others(void);

/* Does its owner live? Under shim_lock. */
bool thread_lives(const struct thread *t);

/* What those who had the slots without an owner have spent. Under shim_lock. */
wide thread_resting_flops(void);

/* Around a fork. True: it is in a call, of a handler's making or of a function that LAPACK was given; the call goes on in the
 * child as well, which finds what is known of the thread as it is. */
bool thread_before_fork(void);
void thread_in_parent(void);
/* In a child process: forget every thread. */
void thread_forget_all(void);

/* The context that threads without one of their own are in, or NULL. */
struct context_process {
    struct ledger_account *account;
    double multiplier;
    bool quiet;
    uint64_t calls_before;
};
extern struct context_process context_process;
