/* flopshim.h: mark what a program's BLAS and LAPACK calls are for, and hold parts of it to a budget.
 *
 * Link to nothing: where libflopshim.so is preloaded these functions reach it, elsewhere each returns
 * FLOPSHIM_NOT_LOADED (-1) and does nothing. C and C++. On glibc before 2.34 link -ldl.
 *
 *     struct flopshim_context forward = {.namespace_ = "forward", .flop_budget = 10000000};
 *     struct flopshim_usage used;
 *     flopshim_begin(&forward);
 *     cblas_dgemv(...);
 *     flopshim_end(&used);            // used.flops_used == 131072
 *
 * What holds for every function where its comment does not say otherwise:
 *  - It returns FLOPSHIM_OK (0) or a negative enum flopshim_status, which flopshim_error() puts into words.
 *  - Threads: any thread may call it at any time. Scopes, logs and contexts of FLOPSHIM_THREAD are the calling thread's.
 *  - Signals: not async-signal-safe. It takes a lock, which is held for microseconds and never while BLAS or a handler runs.
 *  - Fork: may be called in a fork child. No context, scope or log of the parent is open there, and its counts begin at 0.
 *  - Strings and structs that are passed in are copied. */
#ifndef FLOPSHIM_H
#define FLOPSHIM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* This header's version. Functions are added, never changed; a program asks flopshim_version_number() for the library's. */
#define FLOPSHIM_VERSION_MAJOR 0
#define FLOPSHIM_VERSION_MINOR 1
#define FLOPSHIM_VERSION_PATCH 0
#define FLOPSHIM_VERSION_NUMBER (FLOPSHIM_VERSION_MAJOR * 10000 + FLOPSHIM_VERSION_MINOR * 100 + FLOPSHIM_VERSION_PATCH)

/* ---- types ----
 *
 * Sizes and offsets never change. A later version gives words of `reserved` a meaning, of which 0 says what it is today: set
 * them to 0 (a designated initialiser does), else flopshim_begin() answers FLOPSHIM_BAD_ARGUMENT; given out they are 0. */

enum flopshim_status {
    FLOPSHIM_OK = 0,
    FLOPSHIM_NOT_LOADED = -1,   /* libflopshim.so is not preloaded, or FLOP_DISABLE=1 */
    FLOPSHIM_NESTED = -2,       /* Cannot nest BudgetContexts */
    FLOPSHIM_NOT_OPEN = -3,     /* no context, or no scope, to close */
    FLOPSHIM_BAD_ARGUMENT = -4, /* a name, multiplier, budget or capacity out of its bounds; a NULL that must not be one */
    FLOPSHIM_UNKNOWN = -5,      /* no such routine or namespace */
    FLOPSHIM_NO_SPACE = -6,     /* the ledger, or the file system, is full */
    FLOPSHIM_REFUSED = -7       /* the budget does not allow it; nothing was charged */
};

enum flopshim_scope {
    FLOPSHIM_THREAD = 0, /* the calling thread's calls */
    FLOPSHIM_PROCESS = 1 /* calls of every thread that has no context of its own */
};

struct flopshim_context {
    const char *namespace_; /* label of the calls, at most 255 bytes; NULL: none */
    uint64_t flop_budget;   /* FLOPs, at most 2^64-2; 0: no limit of its own. FLOP_BUDGET (up to 10^36) holds all the same */
    double multiplier;      /* a call costs this many times its FLOPs, truncated towards zero; 0: as FLOP_MULTIPLIER says */
    int quiet;              /* no banner; the first thing that opens prints it, once a process */
    enum flopshim_scope scope;
    uint64_t flops_used;    /* what this context used when it was open before: it goes on from there */
    uint64_t time_limit_ns; /* wall time from here on, after which its calls are refused; 0: no limit of its own */
    uint64_t reserved[1];
};

/* What has more than 64 bits sticks at 2^64-1; the summary has all of it. */
struct flopshim_usage {
    uint64_t flop_budget; /* FLOPs; 0: no limit */
    uint64_t flops_used;
    uint64_t flops_remaining; /* of flop_budget; 0 where there is no limit, or it was overrun */
    uint64_t calls;           /* a question for the workspace of a LAPACK routine is none */
    uint64_t reserved[2];
};

/* In what numbers a routine does most of its operations; OTHER: integers, more than double, told by its arguments alone. */
enum flopshim_precision {
    FLOPSHIM_HALF = 1,
    FLOPSHIM_SINGLE = 2,
    FLOPSHIM_SINGLE_COMPLEX = 3,
    FLOPSHIM_DOUBLE = 4,
    FLOPSHIM_DOUBLE_COMPLEX = 5,
    FLOPSHIM_OTHER = 6
};

/* A call in the op log. The strings live as long as the process. */
struct flopshim_operation {
    const char *name;       /* "dgemm"; of flopshim_deduct(), its name */
    const char *namespace_; /* "" where there is none */
    uint64_t flop_cost;     /* after the multiplier; 0 where the routine rejected its arguments */
    uint64_t cumulative;    /* what the context had used after it, flopshim_context.flops_used included; sticks as in usage */
    uint32_t dim_count;
    uint32_t precision;           /* enum flopshim_precision; of flopshim_deduct() 0 */
    const char *const *dim_names; /* "m", "n", "k": the routine's own names, in the order of its Fortran arguments */
    int64_t dims[8];     /* as the caller gave them, of gemv those of the matrix as it is multiplied; unused ones are 0 */
    uint64_t started_ns; /* after its log began */
    uint64_t elapsed_ns; /* 0: it was not timed (FLOP_TIMING=off, flopshim_deduct()), or has not ended */
};

#define FLOPSHIM_LOG_MOST ((uint64_t)1 << 20) /* calls that a log can keep, at 112 bytes each */

/* A call that does not fit. */
struct flopshim_refusal {
    const char *operation;
    uint64_t flop_cost;       /* after the multiplier; 2^64-1 stands for that or more, which no budget covers */
    uint64_t flops_remaining; /* sticks as in usage */
    const char *namespace_;   /* "" where there is none */
    uint64_t elapsed_ns;      /* where its time was over: what has passed, */
    uint64_t time_limit_ns;   /* and of what; 0: its cost does not fit */
};

/* What one thread did of one operation in one namespace. The names live as long as the process. */
struct flopshim_tally {
    const char *name;
    const char *namespace_; /* with its scopes; "" where there is none */
    uint64_t flop_cost;     /* after the multiplier */
    uint64_t calls;
    uint64_t first_use; /* orders tallies by the first call of each */
    int32_t thread;
    int32_t unused;
    uint64_t elapsed_ns;  /* of the calls that were timed (FLOP_TIMING), */
    uint64_t timed_flops; /* and what these cost */
};

#define FLOPSHIM_ALL_THREADS (-1)

/* What a handler answers: FLOPSHIM_RUN lets the call run and be counted, FLOPSHIM_SKIP leaves it out. It runs in the
 * refused thread, before the call, with no lock held; it may call BLAS (what does not fit then is left out, and the handler
 * not called again), or longjmp or throw at its own risk. */
enum flopshim_answer { FLOPSHIM_SKIP = 0, FLOPSHIM_RUN = 1 };
typedef enum flopshim_answer (*flopshim_handler)(const struct flopshim_refusal *refusal, void *data);

/* ---- functions ---- */

#ifdef FLOPSHIM_INSIDE /* the library itself */
#define FLOPSHIM_API extern
#else
#define FLOPSHIM_API static inline
#endif

/* Open a context: calls are labelled and charged to it until flopshim_end(). FLOP_BUDGET limits them too. Failure:
 * FLOPSHIM_NESTED where one is open for this thread or the process already, which stays; FLOPSHIM_BAD_ARGUMENT;
 * FLOPSHIM_NO_SPACE. */
FLOPSHIM_API int flopshim_begin(const struct flopshim_context *context);

/* Close the calling thread's context, or else the process's, with the scopes pushed inside it. What it used goes to *usage,
 * which may be NULL. A thread's context can be closed by that thread only, the process's by any. Failure: FLOPSHIM_NOT_OPEN. */
FLOPSHIM_API int flopshim_end(struct flopshim_usage *usage);

/* Open a scope inside whatever is active in this thread: "attn" within "forward" tallies under forward.attn. It has no
 * budget of its own. At most 64 deep and 511 bytes in all. Failure: FLOPSHIM_BAD_ARGUMENT. */
FLOPSHIM_API int flopshim_push(const char *name);

/* Close the innermost scope of this thread. Failure: FLOPSHIM_NOT_OPEN. */
FLOPSHIM_API int flopshim_pop(void);

/* Charge flop_cost FLOPs of work that is not BLAS under a name, with the rules of any call: the multiplier applies, and
 * what does not fit is refused (FLOPSHIM_REFUSED, where the process goes on). A cost of 0 counts as one call. */
FLOPSHIM_API int flopshim_deduct(const char *name, uint64_t flop_cost);

/* A namespace's total so far, in all threads: what was done in it itself and in those dotted below it ("forward" has
 * "forward.attn" below it). NULL: the whole process. Counts of threads that are running are read as they grow. Failure:
 * FLOPSHIM_UNKNOWN where no call was made under that name; FLOPSHIM_BAD_ARGUMENT. */
FLOPSHIM_API int flopshim_usage(const char *namespace_, struct flopshim_usage *usage);

/* Have a handler called for every refused call, of any thread, instead of what FLOP_ON_EXHAUSTED says; NULL: no handler. It
 * stays in a fork child. Takes no lock. */
FLOPSHIM_API int flopshim_on_exhausted(flopshim_handler handler, void *data);

/* Price a call without running it, before any multiplier: flopshim_cost("dgemm", "m=512 n=512 k=512", &flops). Integers by
 * LAPACK's names, options as letters (side=L); absent ones have LAPACK's usual case. Takes no lock. Failure: FLOPSHIM_UNKNOWN
 * routine, FLOPSHIM_BAD_ARGUMENT. */
FLOPSHIM_API int flopshim_cost(const char *routine, const char *arguments, uint64_t *flop_cost);

/* Forget what closed contexts, and work outside any, have used. An open context keeps its use, and so does the process's
 * budget: what was used of it stays used. */
FLOPSHIM_API int flopshim_reset(void);

/* Write the summary so far to a path, or a template as FLOP_OUTPUT has them; the extension picks the format. Holds the lock
 * while it writes. Failure: FLOPSHIM_BAD_ARGUMENT for no such template, FLOPSHIM_NO_SPACE where the file cannot be written. */
FLOPSHIM_API int flopshim_write_summary(const char *path);

/* What is not counted, as far as it can be told before the end: lines, a newline between them, cut where there is no room for
 * them and a 0; *length becomes that of all. Programs started without the preload, a BLAS linked statically, and calls that
 * pass the preload by are looked for at the end. Failure: FLOPSHIM_BAD_ARGUMENT. */
FLOPSHIM_API int flopshim_uncovered(char *text, uint32_t room, uint32_t *length);

/* The calling thread's number, >= 0; numbers of threads that ended are given out again. */
FLOPSHIM_API int flopshim_thread(void);

/* The tallies of a thread of this process, by number, or of FLOPSHIM_ALL_THREADS, as far as there is room; *count becomes
 * how many there are. A thread's tallies keep their order, and new ones follow; their numbers only grow, but where a
 * rejected call is paid back. Those from before a flopshim_reset() stay. Failure: FLOPSHIM_BAD_ARGUMENT. */
FLOPSHIM_API int flopshim_tallies(int thread, struct flopshim_tally *tallies, uint32_t room, uint32_t *count);

/* How many calls of a thread, or of FLOPSHIM_ALL_THREADS, were refused so far, and the last of them; *last is left alone
 * where *calls is 0. Failure: FLOPSHIM_BAD_ARGUMENT. */
FLOPSHIM_API int flopshim_refused(int thread, uint64_t *calls, struct flopshim_refusal *last);

/* The op log. Log the calls that the calling thread makes in its open context, from here on: the newest `capacity` are kept
 * (at most FLOPSHIM_LOG_MOST; memory is taken as calls come). Deductions are logged, without dimensions; refused and nested
 * calls and workspace queries are not. Of a batch of groups, group_count is the dimension. Ends with the context; what it
 * holds can be read until this thread's next flopshim_log_begin, which drops it. Failure: FLOPSHIM_NOT_OPEN without a
 * context of the thread's own; FLOPSHIM_BAD_ARGUMENT; FLOPSHIM_NO_SPACE. */
FLOPSHIM_API int flopshim_log_begin(uint64_t capacity);

/* The same, but of the first `capacity` calls: when the log is full it ends, and later calls cost no more than without a
 * log. flopshim_log_count() goes on counting. */
FLOPSHIM_API int flopshim_log_first(uint64_t capacity);

/* A call that the calling thread logged; index 0 is the first since flopshim_log_begin. Failure: FLOPSHIM_UNKNOWN where it
 * is not kept any more, or not there yet; FLOPSHIM_BAD_ARGUMENT. */
FLOPSHIM_API int flopshim_log_read(uint64_t index, struct flopshim_operation *operation);

/* How many calls the calling thread has made since its last flopshim_log_begin or _first, in the log's context, kept or not; 0
 * where nothing is preloaded. */
FLOPSHIM_API uint64_t flopshim_log_count(void);

/* The preloaded library's version, "0.1.0", and as a number: FLOPSHIM_VERSION_NUMBER of its header. NULL and 0 where nothing is
 * preloaded. Async-signal-safe after the first call. */
FLOPSHIM_API const char *flopshim_version(void);
FLOPSHIM_API int flopshim_version_number(void);

/* A status in words: a constant string, also where nothing is preloaded. Async-signal-safe. */
static inline const char *flopshim_error(int status)
{
    switch (status) {
    case FLOPSHIM_OK: return "no error";
    case FLOPSHIM_NOT_LOADED: return "libflopshim.so is not preloaded";
    case FLOPSHIM_NESTED: return "Cannot nest BudgetContexts";
    case FLOPSHIM_NOT_OPEN: return "nothing is open that could be closed";
    case FLOPSHIM_BAD_ARGUMENT: return "bad argument";
    case FLOPSHIM_UNKNOWN: return "no such routine or namespace";
    case FLOPSHIM_NO_SPACE: return "no space for the ledger or the file";
    case FLOPSHIM_REFUSED: return "the budget is exhausted";
    default: return "unknown error";
    }
}

/* ---- how they reach the library; nothing to read here for a user ----
 *
 * Each looks its namesake up once. dlsym is declared here because <dlfcn.h> has RTLD_DEFAULT (NULL) with _GNU_SOURCE only. */
#ifndef FLOPSHIM_INSIDE
#ifdef __cplusplus
extern void *dlsym(void *handle, const char *name) noexcept(true);
#else
extern void *dlsym(void *handle, const char *name);
#endif

static inline void *flopshim_find_(const char *name, void **found)
{
    static char absent;
    void *function = __atomic_load_n(found, __ATOMIC_RELAXED);
    if (!function) {
        function = dlsym((void *)0, name);
        if (!function)
            function = &absent;
        __atomic_store_n(found, function, __ATOMIC_RELAXED);
    }
    return function == &absent ? (void *)0 : function;
}

static inline int flopshim_begin(const struct flopshim_context *context)
{
    static void *found;
    void *function = flopshim_find_("flopshim_begin", &found);
    return function ? (__extension__(int (*)(const struct flopshim_context *)) function)(context) : FLOPSHIM_NOT_LOADED;
}

static inline int flopshim_end(struct flopshim_usage *usage)
{
    static void *found;
    void *function = flopshim_find_("flopshim_end", &found);
    return function ? (__extension__(int (*)(struct flopshim_usage *)) function)(usage) : FLOPSHIM_NOT_LOADED;
}

static inline int flopshim_push(const char *name)
{
    static void *found;
    void *function = flopshim_find_("flopshim_push", &found);
    return function ? (__extension__(int (*)(const char *)) function)(name) : FLOPSHIM_NOT_LOADED;
}

static inline int flopshim_pop(void)
{
    static void *found;
    void *function = flopshim_find_("flopshim_pop", &found);
    return function ? (__extension__(int (*)(void)) function)() : FLOPSHIM_NOT_LOADED;
}

static inline int flopshim_deduct(const char *name, uint64_t flop_cost)
{
    static void *found;
    void *function = flopshim_find_("flopshim_deduct", &found);
    return function ? (__extension__(int (*)(const char *, uint64_t)) function)(name, flop_cost) : FLOPSHIM_NOT_LOADED;
}

static inline int flopshim_usage(const char *namespace_, struct flopshim_usage *usage)
{
    static void *found;
    void *function = flopshim_find_("flopshim_usage", &found);
    return function ? (__extension__(int (*)(const char *, struct flopshim_usage *)) function)(namespace_, usage)
                    : FLOPSHIM_NOT_LOADED;
}

static inline int flopshim_on_exhausted(flopshim_handler handler, void *data)
{
    static void *found;
    void *function = flopshim_find_("flopshim_on_exhausted", &found);
    return function ? (__extension__(int (*)(flopshim_handler, void *)) function)(handler, data) : FLOPSHIM_NOT_LOADED;
}

static inline int flopshim_cost(const char *routine, const char *arguments, uint64_t *flop_cost)
{
    static void *found;
    void *function = flopshim_find_("flopshim_cost", &found);
    return function ? (__extension__(int (*)(const char *, const char *, uint64_t *)) function)(routine, arguments, flop_cost)
                    : FLOPSHIM_NOT_LOADED;
}

static inline int flopshim_reset(void)
{
    static void *found;
    void *function = flopshim_find_("flopshim_reset", &found);
    return function ? (__extension__(int (*)(void)) function)() : FLOPSHIM_NOT_LOADED;
}

static inline int flopshim_write_summary(const char *path)
{
    static void *found;
    void *function = flopshim_find_("flopshim_write_summary", &found);
    return function ? (__extension__(int (*)(const char *)) function)(path) : FLOPSHIM_NOT_LOADED;
}

static inline int flopshim_uncovered(char *text, uint32_t room, uint32_t *length)
{
    static void *found;
    void *function = flopshim_find_("flopshim_uncovered", &found);
    return function ? (__extension__(int (*)(char *, uint32_t, uint32_t *)) function)(text, room, length) : FLOPSHIM_NOT_LOADED;
}

static inline int flopshim_thread(void)
{
    static void *found;
    void *function = flopshim_find_("flopshim_thread", &found);
    return function ? (__extension__(int (*)(void)) function)() : FLOPSHIM_NOT_LOADED;
}

static inline int flopshim_tallies(int thread, struct flopshim_tally *tallies, uint32_t room, uint32_t *count)
{
    static void *found;
    void *function = flopshim_find_("flopshim_tallies", &found);
    return function ? (__extension__(int (*)(int, struct flopshim_tally *, uint32_t, uint32_t *)) function)(thread, tallies,
                                                                                                            room, count)
                    : FLOPSHIM_NOT_LOADED;
}

static inline int flopshim_refused(int thread, uint64_t *calls, struct flopshim_refusal *last)
{
    static void *found;
    void *function = flopshim_find_("flopshim_refused", &found);
    return function ? (__extension__(int (*)(int, uint64_t *, struct flopshim_refusal *)) function)(thread, calls, last)
                    : FLOPSHIM_NOT_LOADED;
}

static inline int flopshim_log_begin(uint64_t capacity)
{
    static void *found;
    void *function = flopshim_find_("flopshim_log_begin", &found);
    return function ? (__extension__(int (*)(uint64_t)) function)(capacity) : FLOPSHIM_NOT_LOADED;
}

static inline int flopshim_log_first(uint64_t capacity)
{
    static void *found;
    void *function = flopshim_find_("flopshim_log_first", &found);
    return function ? (__extension__(int (*)(uint64_t)) function)(capacity) : FLOPSHIM_NOT_LOADED;
}

static inline int flopshim_log_read(uint64_t index, struct flopshim_operation *operation)
{
    static void *found;
    void *function = flopshim_find_("flopshim_log_read", &found);
    return function ? (__extension__(int (*)(uint64_t, struct flopshim_operation *)) function)(index, operation)
                    : FLOPSHIM_NOT_LOADED;
}

static inline uint64_t flopshim_log_count(void)
{
    static void *found;
    void *function = flopshim_find_("flopshim_log_count", &found);
    return function ? (__extension__(uint64_t(*)(void)) function)() : 0;
}

static inline const char *flopshim_version(void)
{
    static void *found;
    void *function = flopshim_find_("flopshim_version", &found);
    return function ? (__extension__(const char *(*)(void)) function)() : (const char *)0;
}

static inline int flopshim_version_number(void)
{
    static void *found;
    void *function = flopshim_find_("flopshim_version_number", &found);
    return function ? (__extension__(int (*)(void)) function)() : 0;
}

#endif

#undef FLOPSHIM_API
#ifdef __cplusplus
}
#endif
#endif
