/* flopshim.h: mark what a program's BLAS and LAPACK calls are for, and hold parts of it to a budget.
 *
 * Link to nothing: where libflopshim.so is preloaded these functions reach it, elsewhere each returns
 * FLOPSHIM_NOT_LOADED (-1) and does nothing. Any thread may call any of them; C and C++. On glibc before 2.34 link -ldl.
 *
 *     struct flopshim_context forward = {.namespace_ = "forward", .flop_budget = 10000000};
 *     struct flopshim_usage used;
 *     flopshim_begin(&forward);
 *     cblas_dgemv(...);
 *     flopshim_end(&used);            // used.flops_used == 131072
 *
 * Errors are negative; flopshim_error() says what one means. FLOPs are 64-bit integers; times of a multiplier are
 * truncated towards zero, call by call. */
#ifndef FLOPSHIM_H
#define FLOPSHIM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum flopshim_status {
    FLOPSHIM_OK = 0,
    FLOPSHIM_NOT_LOADED = -1,   /* libflopshim.so is not preloaded, or FLOP_DISABLE=1 */
    FLOPSHIM_NESTED = -2,       /* Cannot nest BudgetContexts */
    FLOPSHIM_NOT_OPEN = -3,     /* no context, or no scope, to close */
    FLOPSHIM_BAD_ARGUMENT = -4, /* a name that is empty or too long, a multiplier that is not a number > 0 */
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
    uint64_t flop_budget;   /* FLOPs; 0: no limit of its own. FLOP_BUDGET holds all the same */
    double multiplier;      /* each call costs this many times its FLOPs; 0: as FLOP_MULTIPLIER says */
    int quiet;              /* no banner */
    enum flopshim_scope scope;
    uint64_t flops_used;    /* what this context used when it was open before: it goes on from there */
};

struct flopshim_usage {
    uint64_t flop_budget;     /* 0: no limit */
    uint64_t flops_used;
    uint64_t flops_remaining; /* of flop_budget; 0 where there is no limit, or it was overrun */
    uint64_t calls;
};

/* A call that does not fit. */
struct flopshim_refusal {
    const char *operation;
    uint64_t flop_cost; /* after the multiplier */
    uint64_t flops_remaining;
    const char *namespace_; /* "" where there is none */
};

/* What a handler answers: FLOPSHIM_RUN lets the call run and be counted, FLOPSHIM_SKIP leaves it out. It runs in the
 * refused thread, before the call, with no lock held; it may call BLAS, or longjmp or throw at its own risk. */
enum flopshim_answer { FLOPSHIM_SKIP = 0, FLOPSHIM_RUN = 1 };
typedef enum flopshim_answer (*flopshim_handler)(const struct flopshim_refusal *refusal, void *data);

#define FLOPSHIM_FUNCTIONS(F)                                                                                         \
    /* Open a context: calls are labelled and charged to it until flopshim_end(). The struct is copied.               \
     * FLOPSHIM_NESTED where one is open already; it stays. */                                                        \
    F(flopshim_begin, (const struct flopshim_context *context), (context))                                            \
    /* Close the calling thread's context, else the process's; what it used goes to *usage (NULL: to nobody). */      \
    F(flopshim_end, (struct flopshim_usage * usage), (usage))                                                         \
    /* A dotted scope inside whatever is active ("forward" and "attn": forward.attn), up to 64 deep, and its end. */  \
    F(flopshim_push, (const char *name), (name))                                                                      \
    F(flopshim_pop, (void), ())                                                                                       \
    /* Charge flop_cost FLOPs of work that is not BLAS, under this name, with the rules of any call.                  \
     * FLOPSHIM_REFUSED where it does not fit and the process goes on. */                                             \
    F(flopshim_deduct, (const char *name, uint64_t flop_cost), (name, flop_cost))                                     \
    /* What a namespace and those dotted below it have used so far in all threads; NULL: the whole process. */        \
    F(flopshim_usage, (const char *namespace_, struct flopshim_usage *usage), (namespace_, usage))                    \
    /* Called for every refused call instead of what FLOP_ON_EXHAUSTED says; NULL: nobody. */                         \
    F(flopshim_on_exhausted, (flopshim_handler handler, void *data), (handler, data))                                 \
    /* Price a call without running it: flopshim_cost("dgemm", "m=512 n=512 k=512", &flops). Integers by their names, \
     * options as letters (side=L). */                                                                                \
    F(flopshim_cost, (const char *routine, const char *arguments, uint64_t *flop_cost), (routine, arguments, flop_cost)) \
    /* Forget what closed work has used; an open context, and the process's budget, keep what they have used. */      \
    F(flopshim_reset, (void), ())                                                                                     \
    /* Write the summary so far to a path, or a template as FLOP_OUTPUT has them. */                                                  \
    F(flopshim_write_summary, (const char *path), (path))

#ifdef FLOPSHIM_INSIDE

#define FLOPSHIM_DECLARE(name, parameters, arguments) int name parameters;
FLOPSHIM_FUNCTIONS(FLOPSHIM_DECLARE)
#undef FLOPSHIM_DECLARE
/* Version of the preloaded library, "0.1.0"; NULL where there is none. */
const char *flopshim_version(void);

#else

/* Not <dlfcn.h>: its RTLD_DEFAULT needs _GNU_SOURCE. */
#ifdef __cplusplus
extern void *dlsym(void *handle, const char *name) noexcept(true);
#else
extern void *dlsym(void *, const char *);
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

#define FLOPSHIM_DEFINE(name, parameters, arguments)                                                                  \
    static inline int name parameters                                                                                 \
    {                                                                                                                 \
        static void *found;                                                                                           \
        void *function = flopshim_find_(#name, &found);                                                               \
        return function ? ((int(*) parameters)function)arguments : FLOPSHIM_NOT_LOADED;                               \
    }
FLOPSHIM_FUNCTIONS(FLOPSHIM_DEFINE)
#undef FLOPSHIM_DEFINE

static inline const char *flopshim_version(void)
{
    static void *found;
    void *function = flopshim_find_("flopshim_version", &found);
    return function ? ((const char *(*)(void))function)() : (const char *)0;
}

#endif

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

#ifdef __cplusplus
}
#endif
#endif
