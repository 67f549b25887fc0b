/* Threads: their slots in the ledger, and what they are charged to (thread.h). Tables are private memory: a thread may make its
 * first call inside a program's malloc hook. */
#include "thread.h"
#include "account.h"
#include "call_log.h"
#include "callers.h"
#include "clock.h"
#include "closing.h"
#include "config.h"
#include "kernel.h"
#include "leave.h"
#include "ledger_append.h"
#include "ledger_file.h"
#include "ledger_read.h"
#include "ledger_self.h"
#include "lock.h"
#include "message.h"
#include "moved_find.h"
#include "oplog.h"
#include "pages.h"
#include "shapes.h"
#include "tally.h"
#include "time_limit.h"
#include "weights.h"
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FIRST_TALLIES 31
#define FIRST_INDEX 128
#define SEEN_TO ((uint64_t)1 << 26)
#define FIRST_LOOK 16 /* for dead owners: at so many slots */

struct thread thread_none = {.outer_frame = UINTPTR_MAX};
__thread struct thread *call_self __attribute__((tls_model("initial-exec"))) = &thread_none;

struct context_process context_process;
struct thread *thread_list, *thread_owned;
uint32_t thread_live;

static struct thread *free_threads;
static wide resting_flops;
static uint32_t look_at = FIRST_LOOK;
static pthread_key_t key;
static __typeof__(&pthread_setspecific) set_specific; /* NULL: there is no key */

/* A child made without fork()'s handlers would go on in its parent's slots: it finds zeros instead, so that every call
 * takes the careful path (careful_flops is 0), where enter_thread notices. */
static struct thread *get_thread(void)
{
    struct thread *t = pages_get((sizeof *t + 4095) & ~(size_t)4095);
    if (t)
        madvise(t, sizeof *t, MADV_WIPEONFORK);
    return t;
}

_Static_assert(!(THREAD_HOT & (THREAD_HOT - 1)), "copies of it double");

/* Twice a context: by copies that double, which the C library makes with the widest registers that there are. */
static void cool_down(struct thread *t)
{
    if (looks_are_known(&t->looks))
        looks_forget_own(&t->looks);
    t->hot[0] = &tally_none;
    for (size_t done = 1; done < THREAD_HOT; done *= 2)
        memcpy(t->hot + done, t->hot, done * sizeof *t->hot);
}

/* ---- a thread's beginning and end ---- */

/* From when on its time is counted: the first thread was there before its first call. */
static void begin_life(struct ledger_grant *g, bool is_main)
{
    g->had_main = is_main ? LEDGER_HAD_MAIN : g->had_main;
    g->since_ns = ledger_time(is_main ? ledger_process->start_monotonic_ns : clock_now_ns());
}

static void end_life(struct ledger_grant *g)
{
    g->lived_ns += ledger_time(clock_now_ns() - g->since_ns);
    g->since_ns = 0;
}

static void own(struct thread *t)
{
    t->pid = (uint32_t)getpid();
    begin_life(t->own_grant, (uint32_t)kernel_tid() == t->pid);
    __atomic_store_n(&t->own_grant->tid, (uint32_t)kernel_tid(), __ATOMIC_RELAXED);
    t->next_owned = thread_owned;
    t->owned_at = &thread_owned;
    if (thread_owned)
        thread_owned->owned_at = &t->next_owned;
    thread_owned = t;
    resting_flops -= ledger_grant_sum(t->own_grant, false);
    __atomic_store_n(&thread_live, thread_live + 1, __ATOMIC_RELAXED);
}

static void disown(struct thread *t)
{
    *t->owned_at = t->next_owned;
    if (t->next_owned)
        t->next_owned->owned_at = t->owned_at;
    __atomic_store_n(&t->own_grant->tid, 0, __ATOMIC_RELAXED);
    end_life(t->own_grant);
    t->next_owned = free_threads;
    free_threads = t;
    resting_flops += ledger_grant_sum(t->own_grant, false);
    __atomic_store_n(&thread_live, thread_live - 1, __ATOMIC_RELAXED);
}

static void leave_slot(struct thread *t)
{
    account_leave(t);
    used_end(&t->used, t->refusals.calls);
    oplog_free(t);
    t->context = NULL;
    t->scopes = 0;
    t->path[0] = 0;
    t->outer_frame = 0;
    t->stack_high = 0;
    t->loops_here = 0;
    t->handler_frame = 0;
    disown(t);
}

static void detach(void *state)
{
    struct thread *t = state;
    if (call_self != t)
        return; /* a fork child's copy */
    shim_lock();
    leave_slot(t);
    call_self = &thread_none;
    shim_unlock();
}

uint32_t thread_others(void)
{
    uint32_t live = __atomic_load_n(&thread_live, __ATOMIC_RELAXED);
    return live - (live && thread_self());
}

bool thread_lives(const struct thread *t)
{
    return !syscall(SYS_tgkill, t->pid, t->own_grant->tid, 0) || errno != ESRCH;
}

/* A system call for each slot, so not before there are twice as many as were alive at the last look. A dead owner whose tid
 * a living thread of the process has is found when that has ended. */
static void look_for_dead(void)
{
    if (thread_live < look_at)
        return;
    for (struct thread *t = thread_owned, *next; t; t = next) {
        next = t->next_owned;
        if (!thread_lives(t))
            leave_slot(t);
    }
    look_at = 2 * thread_live + FIRST_LOOK;
}

static struct thread *make_thread(void)
{
    static const struct ledger_grant empty;
    struct thread *t = get_thread();
    uint32_t slot = thread_list ? thread_list->slot + 1 : 0;
    if (!t)
        return NULL;
    t->own_grant = ledger_add(LEDGER_GRANTS, &empty, sizeof empty);
    t->tallies = ledger_add_block(LEDGER_TALLIES, sizeof(struct ledger_tally), FIRST_TALLIES, slot);
    t->index = pages_get(FIRST_INDEX * sizeof *t->index);
    if (!t->own_grant || !t->tallies || !t->index)
        return NULL;
    t->index_size = FIRST_INDEX;
    t->slot = slot;
    t->next = thread_list;
    looks_add(&t->looks);
    __atomic_store_n(&thread_list, t, __ATOMIC_RELEASE);
    return t;
}

static struct thread *find_slot(void)
{
    if (!free_threads)
        look_for_dead();
    struct thread *t = free_threads;
    if (t)
        free_threads = t->next_owned;
    else if (ledger_process)
        t = make_thread();
    return t;
}

/* Without a slot in the ledger its limit could not be kept. */
static _Noreturn void fail_closed(void)
{
    message_line("flopshim: no room in the ledger for another thread or process, which the budget could not be kept for", NULL);
    leave_now(config.exit_code);
}

/* A process without libpthread has no threads that end. */
static void make_key(void)
{
    __typeof__(&pthread_key_create) create = MOVED_FIND(pthread_key_create);
    if (create && !create(&key, detach))
        set_specific = MOVED_FIND(pthread_setspecific);
}

struct thread *thread_take(void)
{
    if (!set_specific)
        make_key();
    struct thread *t = find_slot();
    if (!t && account_tree_limit() != LEDGER_UNLIMITED)
        fail_closed();
    if (!t)
        return NULL;
    own(t);
    self_thread_started();
    call_self = t;
    thread_refresh(t);
    return t;
}

void thread_hold(struct thread *t)
{
    if (set_specific)
        set_specific(key, t);
}

wide thread_resting_flops(void)
{
    return resting_flops;
}

void *thread_put_aside(void)
{
    struct thread *t = call_self;
    call_self = &thread_none;
    return t;
}

void thread_take_back(void *aside)
{
    call_self = aside;
}

bool thread_before_fork(void)
{
    struct thread *t = thread_self();
    if (!t || (!t->outer_frame && !t->charging))
        return false;
    madvise(t, sizeof *t, MADV_KEEPONFORK);
    return true;
}

void thread_in_parent(void)
{
    struct thread *t = thread_self();
    madvise(t, sizeof *t, MADV_WIPEONFORK);
}

/* The call that it forked in goes on with what it has at hand, and grows nothing. */
static void leave(struct thread *t)
{
    t->is_left = true;
    shapes_leave(t);
    callers_leave(t);
    call_log_leave(t);
}

/* It was wiped. */
static void lead_nowhere(struct thread *t)
{
    static struct thread_place nothing[FIRST_INDEX];
    t->log = t->last_log = NULL;
    t->index = nothing;
    t->index_size = FIRST_INDEX;
    cool_down(t);
}

/* The call that it forked in still returns through its stub, or has only begun, in a handler's child. */
static void forget(struct thread *t)
{
    static struct ledger_grant of_nobody;
    of_nobody = (struct ledger_grant){.allowed_flops = UINT64_MAX};
    t->grant = &of_nobody;
    if (t->own_grant)
        leave(t);
    else
        lead_nowhere(t);
}

void thread_forget_all(void)
{
    struct thread *t = thread_self();
    if (t)
        forget(t);
    context_process = (struct context_process){0};
    thread_list = thread_owned = free_threads = NULL;
    looks_drop();
    thread_live = 0;
    resting_flops = 0;
    look_at = FIRST_LOOK;
    shapes_forget();
    call_self = &thread_none;
    if (set_specific)
        set_specific(key, NULL);
}

/* ---- what a thread is charged to ---- */

/* The log of calls has the time of each. */
static uint64_t timing_from(void)
{
    return config.timing == CONFIG_TIMING_ALL || config.detail & CONFIG_CALLS ? 0
           : config.timing == CONFIG_TIMING_AUTO                              ? thread_timed_flops
                                                                              : UINT64_MAX;
}

/* Where calls are not timed, those that cost SEEN_TO are not plain, so that somebody looks whether the tally has room. */
static uint64_t below(const struct cost_factor *factor, uint64_t timing_flops)
{
    if (timing_flops < SEEN_TO)
        return factor->below;
    uint64_t seen_to = (uint64_t)(((wide)SEEN_TO << factor->shift) / factor->by);
    return factor->below < seen_to ? factor->below : seen_to;
}

void thread_refresh(struct thread *t)
{
    account_leave(t);
    struct ledger_account *process = account_process();
    t->chain = (struct account_chain){t->context ? t->context : context_process.account, process};
    time_limit_refresh(t);
    t->grant = t->chain.context || process || time_limit_is_set(t) ? t->own_grant : NULL;
    t->multiplier = t->context                ? t->context_multiplier
                    : context_process.account ? context_process.multiplier
                                              : config.multiplier;
    const char *base = t->chain.context ? (char *)ledger + t->chain.context->namespace_ : config.namespace_;
    if (t->chain.context && !t->chain.context->namespace_)
        base = "";
    t->weights = t->context && t->context_weights ? t->context_weights : weights_of_process();
    char name[THREAD_PATH_BYTES + 256];
    const char *scopes = t->context ? t->path + t->context_path : t->path;
    scopes += *scopes == '.';
    size_t length = strlen(base);
    memcpy(name, base, length);
    if (length && *scopes)
        name[length++] = '.';
    strcpy(name + length, scopes);
    t->namespace_ = ledger_intern(name);
    t->nameless = !t->namespace_ && *name;
    t->stale = false;
    t->timing_flops = timing_from();
    bool careful = t->log || config.detail || config.left_out || t->weights || closing_is_closed();
    t->factor = cost_factor(t->multiplier);
    t->factor.below = careful ? 0 : below(&t->factor, t->timing_flops);
    t->careful_flops = careful || t->multiplier != 1 || config.convention != COST_OPS ? 0
                       : t->timing_flops < SEEN_TO                                    ? t->timing_flops
                                                                                      : SEEN_TO;
    t->loop_tally = NULL;
    cool_down(t);
}

void thread_make_all_stale(void)
{
    for (struct thread *t = thread_owned; t; t = t->next_owned) {
        __atomic_store_n(&t->stale, true, __ATOMIC_RELAXED);
        __atomic_store_n(&t->careful_flops, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&t->factor.below, 0, __ATOMIC_RELAXED);
        looks_forget_of(&t->looks);
    }
}
