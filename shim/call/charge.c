/* The seldom-taken branches of the way of a call (charge.h). */
#include "charge.h"
#include "account.h"
#include "config.h"
#include "closing.h"
#include "cost.h"
#include "end.h"
#include "enter.h"
#include "frames.h"
#include "grant.h"
#include "ledger_kept.h"
#include "local.h"
#include "lock.h"
#include "oplog.h"
#include "precision.h"
#include "provider.h"
#include "refuse.h"
#include "start.h"
#include "tally.h"
#include "ticks.h"
#include "time_limit.h"
#include "topics.h"
#include "weights.h"
#include <stdatomic.h>
#include <string.h>

static void uncounted(void)
{
    if (!start_is_disabled() && !provider_is_asked())
        kept_uncounted();
}

struct thread *call_enter(const struct binding *binding, uintptr_t caller, uintptr_t frame)
{
    /* The stub compared with it before; this is the acquire that goes with bind.c's release. */
    (void)__atomic_load_n(&binding->length, __ATOMIC_ACQUIRE);
    /* A provider's own threads go on at an end: somebody waits for their part of a call. */
    struct thread *t = binding->from_provider && closing_is_closed() ? thread_self() : enter_thread();
    if (!t && !binding->from_provider)
        uncounted();
    if (!t || binding->from_provider || (t->outer_frame && frames_are_nested(t, binding, caller, frame)))
        return NULL;
    __atomic_store_n(&t->charging, false, __ATOMIC_RELAXED); /* a signal handler may have jumped out of a charge */
    frames_begin(t, frame);
    t->caller = binding;
    t->called_from = caller;
    return t;
}

/* ---- into the accounts, and out of them (closing.h) ---- */

/* The barrier is the closer's: here only the compiler is held back. */
static inline bool is_let_in(struct thread *t)
{
    __atomic_store_n(&t->charging, true, __ATOMIC_RELAXED);
    atomic_signal_fence(memory_order_seq_cst);
    return __builtin_expect(!closing_is_closed(), 1) || closing_is_mine();
}

/* Where they are closed, this thread waits. */
static void begin(struct thread *t)
{
    while (!is_let_in(t)) {
        __atomic_store_n(&t->charging, false, __ATOMIC_RELEASE);
        end_wait();
    }
}

static void done(struct thread *t)
{
    __atomic_store_n(&t->charging, false, __ATOMIC_RELEASE);
}

/* What a call costs that its thread's grant does not cover. Nothing costs no time either. */
static bool draw(struct thread *t, struct refusal *refusal, struct ledger_account **account)
{
    uint64_t share = UINT64_MAX;
    struct time_passed passed;
    if (refusal->cost && time_limit_is_set(t) && time_limit_is_over(t, &share, &passed)) {
        refusal->elapsed_ns = passed.elapsed_ns;
        refusal->limit_ns = passed.limit_ns;
        account_return(t);
        return false;
    }
    return account_draw(t, refusal->cost, share, &refusal->remaining, account);
}

/* A refusal may end the process, or ask the program. */
static bool take(struct thread *t, const char *operation, uint64_t cost)
{
    struct refusal refusal = {.operation = operation, .cost = cost};
    struct ledger_account *account = NULL;
    if (!t->grant || grant_take(t->grant, cost) || draw(t, &refusal, &account))
        return true;
    done(t);
    if (!refuse_call(t, &refusal, account))
        return false;
    begin(t);
    account_overrun(t, cost);
    return true;
}

static struct ledger_tally *count(struct thread *t, uint32_t routine, const char *operation, uint64_t cost)
{
    struct ledger_tally *tally = t->hot[routine % THREAD_HOT];
    if (!tally || routine == UINT32_MAX || tally->routine != routine)
        tally = thread_tally(t, routine, operation);
    if (!tally_has_room(tally, cost))
        tally = thread_tally_next(t, tally);
    tally_add(tally, &tally->flops, cost, LEDGER_CALL_UNIT);
    return tally;
}

/* A call that is refused does not reach its stub's call_end. */
static bool leave(struct thread *t)
{
    frames_end(t, t->outer_frame);
    return false;
}

static void refresh_if_stale(struct thread *t)
{
    if (!__atomic_load_n(&t->stale, __ATOMIC_RELAXED))
        return;
    shim_lock();
    if (!thread_is_left(t))
        thread_refresh(t);
    shim_unlock();
}

/* Does FLOP_COUNT leave it out? Then the summary says that there was such a call. */
static bool is_left_out(uint32_t routine)
{
    static unsigned said[COST_TOPICS];
    if (__builtin_expect(!config.left_out, 1))
        return false;
    enum cost_topic topic = cost_topic_of(routine);
    if (!(config.left_out >> topic & 1))
        return false;
    char line[64];
    stpcpy(stpcpy(line, "calls that FLOP_COUNT leaves out: "), cost_topic_name(topic));
    kept_uncovered_once(&said[topic], line);
    return true;
}

/* Where only long calls are timed, the time that it takes to read a clock does not show. */
static uint64_t now_ns(const struct thread *t)
{
    return t->timing_flops || config.detail & CONFIG_CALLS ? clock_now_ns() : ticks_now_ns();
}

void call_start_clock(const struct thread *t, struct charge *charge)
{
    charge->timed_ns = t->timed_ns;
    charge->is_short = false;
    charge->started_ns = now_ns(t);
}

/* What FLOP_DETAIL has beyond shapes; caller: where they are recorded. */
static __attribute__((noinline)) void record(struct thread *t, const int64_t *shape, const int64_t *caller,
                                             struct charge *charge)
{
    if (caller)
        charge->detail.caller = shapes_count_caller(t, charge->tally, charge->cost, caller);
    if (!(config.detail & CONFIG_CALLS))
        return;
    charge->started_ns = now_ns(t);
    charge->detail.call = call_log_add(t, charge->tally, charge->cost, shape, charge->started_ns);
}

static inline __attribute__((always_inline)) bool charge_call(struct thread *t, uint32_t routine, uint64_t cost,
                                                              const int64_t *shape, const int64_t *caller,
                                                              struct charge *charge)
{
    begin(t);
    refresh_if_stale(t);
    t->refused = THREAD_REFUSED_SKIPPED;
    bool timed = cost >= t->timing_flops;
    cost = cost_scale(t->weights ? cost_scale(cost, weights_of(t->weights, routine)) : cost, t->multiplier);
    if (!take(t, cost_name(cost_routine_of(routine)), cost))
        return leave(t);
    charge->tally = count(t, routine, NULL, cost);
    charge->cost = cost;
    if (thread_is_left(t)) { /* a handler has forked meanwhile, and this is its child: the call is its parent's */
        done(t);
        return true;
    }
    if (config.detail & CONFIG_SHAPES)
        charge->detail.shape = shapes_count(t, charge->tally, cost, shape);
    if (caller || config.detail & CONFIG_CALLS)
        record(t, shape, caller, charge);
    done(t);
    if (t->log)
        charge->logged = oplog_call(t, routine, cost, shape);
    charge->timed_ns = t->timed_ns;
    charge->is_short = !timed;
    if (!charge->started_ns && (timed || (charge->logged.number && t->timing_flops != UINT64_MAX)))
        charge->started_ns = timed ? now_ns(t) : ticks_now_ns();
    return true;
}

/* Before the charge it may wait for an interpreter's lock. */
static __attribute__((noinline)) bool charge_with_caller(struct thread *t, uint32_t routine, uint64_t cost,
                                                         const int64_t *shape, struct charge *charge)
{
    int64_t caller[LEDGER_CALLER_VALUES];
    detail_find_caller(t, caller);
    return charge_call(t, routine, cost, shape, caller, charge);
}

bool call_charge_carefully(struct thread *t, uint32_t routine, uint64_t cost, const int64_t *shape, struct charge *charge)
{
    if (is_left_out(routine)) {
        *charge = (struct charge){0};
        return true;
    }
    if (config.detail & CONFIG_CALLERS)
        return charge_with_caller(t, routine, cost, shape, charge);
    return charge_call(t, routine, cost, shape, NULL, charge);
}

void call_count_query(struct thread *t, uint32_t routine)
{
    if (is_left_out(routine))
        return;
    begin(t);
    refresh_if_stale(t);
    struct ledger_tally *tally = thread_tally(t, routine | LEDGER_QUERY, NULL);
    tally_add(tally, &tally->flops, 0, LEDGER_CALL_UNIT);
    done(t);
}

/* Before a sum shrinks: who watches the ledger takes it for tampering otherwise. */
static void note_refund(struct thread *t, uint64_t cost)
{
    __atomic_store_n(&t->own_grant->refunded_flops, cost_sum(t->own_grant->refunded_flops, cost), __ATOMIC_RELEASE);
}

static struct ledger_tally *count_deduction(struct thread *t, const struct deduction *d, uint64_t cost)
{
    if (!d->loop)
        return count(t, UINT32_MAX, d->operation, cost);
    if (!t->loop_tally || t->loop != d->loop) {
        t->loop_tally = thread_tally(t, UINT32_MAX, d->operation);
        t->loop = d->loop;
    }
    if (!tally_has_room(t->loop_tally, cost))
        thread_tally_next(t, t->loop_tally);
    tally_add(t->loop_tally, &t->loop_tally->flops, cost, LEDGER_CALL_UNIT);
    return t->loop_tally;
}

bool call_deduct(struct thread *t, const struct deduction *d)
{
    static const struct binding nobody = {.start = BINDING_FREE};
    begin(t);
    refresh_if_stale(t);
    bool weighs = t->weights && d->precision < COST_PRECISIONS;
    uint64_t cost = weighs ? cost_scale(d->cost, weights_of_precision(t->weights, d->precision)) : d->cost;
    cost = cost_scale(cost, t->multiplier);
    t->caller = d->loop ? &nobody : NULL;
    if (!take(t, d->operation, cost))
        return false;
    struct ledger_tally *tally = count_deduction(t, d, cost);
    if (config.detail & CONFIG_CALLS)
        call_log_end(call_log_add(t, tally, cost, NULL, clock_now_ns()), 0);
    done(t);
    if (t->log)
        oplog_deduct(t, tally->operation, cost);
    return true;
}

/* Without drawing: only its owner makes what is left of a grant less, or a recall, after which it draws anew. */
static bool fits_grant(const struct thread *t, uint64_t cost)
{
    uint64_t spent;
    return !t->grant || (!__atomic_load_n(&t->grant->recalled, __ATOMIC_RELAXED) &&
                         !__builtin_add_overflow(t->grant->spent_flops, cost, &spent) &&
                         spent <= __atomic_load_n(&t->grant->allowed_flops, __ATOMIC_RELAXED));
}

bool call_fits(struct thread *t, const char *operation, uint64_t cost)
{
    begin(t);
    refresh_if_stale(t);
    cost = cost_scale(cost, t->multiplier);
    t->caller = NULL;
    bool drawn = !fits_grant(t, cost);
    if (drawn && !take(t, operation, cost))
        return false;
    if (drawn) {
        note_refund(t, cost);
        account_refund(t, cost);
    }
    done(t);
    return true;
}

/* Not where the call forked and this is the child, nor where a coroutine ends it on another thread. */
static bool is_still_ours(const struct thread *t)
{
    return t == thread_self() && !thread_is_left(t);
}

/* Of one that lies inside another the time is the other's. */
static void stop_short(struct thread *t, const struct charge *charge)
{
    uint64_t elapsed = ticks_now_ns() - charge->started_ns;
    if (!is_still_ours(t))
        return;
    oplog_time(t, charge->logged, elapsed);
    if (!t->other_count)
        used_time(&t->used, charge->tally, elapsed, charge->cost);
}

void call_stop_clock(struct thread *t, const struct charge *charge)
{
    if (charge->is_short) {
        stop_short(t, charge);
        return;
    }
    uint64_t now = now_ns(t), elapsed = now > charge->started_ns ? now - charge->started_ns : 0;
    if (!is_still_ours(t))
        return;
    if (config.detail & CONFIG_CALLS)
        call_log_end(charge->detail.call, elapsed);
    if (charge->logged.number)
        oplog_time(t, charge->logged, elapsed);
    uint64_t inside = t->timed_ns - charge->timed_ns, own = elapsed > inside ? elapsed - inside : 0;
    begin(t);
    t->timed_ns += own;
    tally_add(charge->tally, &charge->tally->elapsed_ns, own, 0);
    tally_add(charge->tally, &charge->tally->timed_flops, charge->cost, 0);
    if (!tally_has_room(charge->tally, 0) && t->hot[charge->tally->routine % THREAD_HOT] == charge->tally)
        thread_tally_next(t, charge->tally);
    done(t);
}

void call_refund(struct thread *t, struct charge *charge)
{
    struct ledger_tally *tally = charge->tally;
    uint64_t cost = charge->cost;
    if (!cost || !is_still_ours(t))
        return;
    begin(t);
    note_refund(t, cost);
    local_add(&tally->flops, -cost);
    local_add(&tally->check, -cost);
    detail_refund(&charge->detail, cost);
    account_refund(t, cost);
    done(t);
    if (t->log)
        oplog_refund(t, charge->logged);
    charge->cost = 0;
}

/* ---- leaving a call without its end ---- */

/* Every stub's personality: an unwinder that passes through a stub (a C++ exception, thread cancellation) ends its call.
 * It comes to the stubs of a stack from the innermost outwards. 8 is _URC_CONTINUE_UNWIND, 2 is _UA_CLEANUP_PHASE. */
int call_personality(int version, int actions, uint64_t class, void *exception, void *context)
{
    (void)version, (void)class, (void)exception, (void)context;
    struct thread *t = thread_self();
    if (t && actions & 2) {
        t->handler_frame = 0;
        frames_unwind(t, (uintptr_t)__builtin_frame_address(0));
    }
    return 8;
}

void call_abandon(uintptr_t to)
{
    struct thread *t = thread_self();
    if (t && to >= t->handler_frame)
        t->handler_frame = 0;
    if (t)
        detail_abandon(t, to);
    if (t && t->outer_frame)
        frames_leave(t, to);
}
