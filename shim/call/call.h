/* The way of a call: what every stub does, readable from top to bottom.
 *
 *   call_find        which provider?       (find.c at first use)
 *   call_outermost   nested? then it is forwarded, counted as nested, never charged (frames.h)
 *   ... cost         the stub's own lines
 *   call_charge      deduct, tally, log
 *   ... forward      the stub's own line
 *   call_end
 *
 * That is CALL_BEGIN in a slow body, which every routine has. BLAS has a fast body before it: the same way for the plain
 * case (a known caller, no call in progress, small dimensions, a grant that suffices, a tally in reach), where all is
 * checked before anything is changed; then it jumps to the provider, else to the slow body, its arguments still in place.
 * Of calls that cost nothing it stands in the entry as well (CALL_FREE).
 * Others have a body before it that forwards what a provider calls by itself.
 *
 * No system call, lock, allocation or stdio here, nor any floating-point arithmetic. Included by the generated stubs only:
 * their entries leave the slot in r11, which is set aside in these files (-ffixed-r11). */
#pragma once
#include "arguments.h"
#include "charge.h"
#include "config.h"
#include "cost.h"
#include "fast_limits.h"
#include "find.h"
#include "frames.h"
#include "machine_x86_64.h"
#include "spoil.h"
#include "tally.h"
#include <stddef.h>
#include <string.h>

_Static_assert(COST_OPS == 0, "what is set is another convention");

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

struct call {
    const struct binding *binding;
    struct thread *thread; /* NULL: nested */
    uintptr_t frame;
    uintptr_t caller;
    bool plain; /* no other is in progress: it may be charged as a fast body does */
    struct charge charge;
};

#define CALL_BEGIN(call, from)                                   \
    struct call call;                                            \
    call_prepare(&call, (uintptr_t)__builtin_dwarf_cfa(), from); \
    call_find(&call, call_slot);                                 \
    CALL_UNWINDS()

/* Integer arguments: by reference, and by value (an LP64 caller leaves the upper half of the register undefined). */
#define READ(pointer, i) (call.binding->wide ? ((const int64_t *)(pointer))[i] : ((const int32_t *)(pointer))[i])
#define READ_IF(pointer, i) ((pointer) ? READ(pointer, i) : 0) /* one that the provider may not look at */
#define WIDTH(value) (call.binding->wide ? (int64_t)(value) : (int32_t)(value))

/* ---- the slow body ---- */

static inline bool call_comes_from(const struct binding *b, uintptr_t caller)
{
    return caller - b->start < b->length;
}

/* Not the rest of the charge: what is read of it is written first. */
static inline void call_prepare(struct call *call, uintptr_t frame, uintptr_t caller)
{
    call->frame = frame;
    call->caller = caller;
    call->charge.cost = 0;
    call->charge.started_ns = 0;
    call->charge.logged = (struct oplog_place){0};
}

static inline void call_find(struct call *call, struct slot *slot)
{
    bool usual = LIKELY(call_comes_from(&slot->hot, call->caller));
    call->binding = usual ? &slot->hot : call_find_binding(slot, call->caller);
}

static inline bool call_is_entered(struct call *call)
{
    call->plain = false;
    call->thread = call_enter(call->binding, call->caller, call->frame);
    return call->thread != NULL;
}

static inline bool call_outermost(struct call *call)
{
    call->thread = call_self;
    call->plain = LIKELY(!call->thread->outer_frame) && LIKELY(!call->binding->from_provider);
    return LIKELY(call->plain) || call_is_entered(call);
}

/* What the cost that a stub works out is: by the convention that is set, in a body that times calls, and in one that does not;
 * or by `ops`, of which `fma` would be a half, or something else. */
enum call_cost { CALL_COST_TIMED, CALL_COST_EXACT, CALL_COST_EVEN, CALL_COST_OPS };

/* The price where a thread's careful_flops does not let the cost pass as it is. False: it is not so easy. In a fast body no
 * fraction: a shift wants its number in cl, where an argument is. */
ALWAYS_INLINE bool call_scale(const struct thread *t, uint64_t *cost, enum call_cost what)
{
    if (*cost >= t->factor.below || (what != CALL_COST_TIMED && *cost >= t->timing_flops) ||
        (what > CALL_COST_EXACT && CALL_IS_SET(t->factor.shift)) || (what == CALL_COST_OPS && CALL_IS_SET(call_convention)))
        return false;
    *cost *= t->factor.by;
    if (what <= CALL_COST_EXACT)
        *cost >>= t->factor.shift;
    else if (CALL_IS_SET(call_convention))
        *cost >>= 1;
    return true;
}

/* Begin, charge, tally; or change nothing. Begun before anything is looked at, so that whoever closes the accounts (closing.h)
 * sees it, or is seen: the fence only holds the compiler back. NULL: not so. */
ALWAYS_INLINE struct ledger_tally *call_charge_plainly(struct thread *t, uintptr_t frame, uint32_t routine, uint64_t *cost,
                                                       enum call_cost what)
{
    t->outer_frame = frame;
    atomic_signal_fence(memory_order_seq_cst);
    struct ledger_tally *tally = t->hot[routine % THREAD_HOT];
    if ((UNLIKELY(*cost >= t->careful_flops) && !call_scale(t, cost, what)) || UNLIKELY(tally->routine != routine))
        goto not_so;
    if (CALL_IS_RARELY_SET(t->grant)) {
        if (UNLIKELY(!call_take(t, t->grant, cost)))
            goto not_so;
        tally = *(struct ledger_tally *volatile *)&t->hot[routine % THREAD_HOT]; /* not kept in a register meanwhile */
        if (!tally)
            __builtin_unreachable();
    }
    call_add(tally, *cost);
    return tally;
not_so:
    t->outer_frame = 0;
    return NULL;
}

/* index: the routine's place in the table. */
ALWAYS_INLINE uint64_t call_price(cost_small_price *small, const uint32_t *index, const int64_t *arg)
{
    const uint64_t price = small(arg, call_convention);
    return LIKELY(price != COST_NOT_SMALL) ? price : cost_price_in_full(*index, arg, call_convention);
}

/* True: forward it. False: it was refused, the stub returns. shape: the dimensions, for the op log (cost_dims). */
ALWAYS_INLINE bool call_charge(struct call *call, uint32_t routine, uint64_t cost, const int64_t *shape)
{
    if (LIKELY(call->plain)) {
        uint64_t price = cost;
        call->thread->other_count = 0;
        call->charge.tally = call_charge_plainly(call->thread, call->frame, routine, &price, CALL_COST_TIMED);
        call->charge.cost = price;
        if (LIKELY(call->charge.tally)) {
            if (UNLIKELY(cost >= call->thread->timing_flops))
                call_start_clock(call->thread, &call->charge);
            return true;
        }
        if (!call_is_entered(call))
            return true;
    }
    return call_charge_carefully(call->thread, routine, cost, shape, &call->charge);
}

/* It only asks for its workspace. */
static inline void call_query(struct call *call, uint32_t routine)
{
    if (!call->plain || call_is_entered(call))
        call_count_query(call->thread, routine);
}

static inline void call_count_nested(uint32_t routine)
{
    struct thread *t = thread_self();
    if (t)
        thread_tally_nested(t, routine);
}

static inline void call_end(const struct call *call)
{
    struct thread *t = call->thread;
    if (!t)
        return;
    if (call->charge.started_ns)
        call_stop_clock(t, &call->charge);
    if (LIKELY(t->outer_frame == call->frame) && LIKELY(!t->other_count))
        t->outer_frame = 0;
    else
        frames_end(t, call->frame);
}

/* ---- the fast body ---- */

/* A third and a sixth of what leaves no rest: a multiplication by the inverse of 3, where a division takes one of 128 bits and
 * another register. */
#define CALL_THIRD(x) (UINT64_C(0xaaaaaaaaaaaaaaab) * (x))
#define CALL_SIXTH(x) CALL_THIRD((x) >> 1)

/* A body that forwards what was charged fast: the call is in progress until it ends. */
#define CALL_BEGIN_CHARGED(call)              \
    struct call call = {.thread = call_self}; \
    call.thread->outer_frame = call_stack;    \
    CALL_UNWINDS()

/* Where the address lies that a body returns to. */
#define CALL_RETURNS ((const uintptr_t *)__builtin_dwarf_cfa() - 1)

/* An argument that lies on the stack, behind the six that come in registers. */
#define CALL_STACKED(place) (((void *const *)__builtin_dwarf_cfa())[place])

/* A scalar by value that is 0 or -0. */
static inline bool call_is_zero64(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits + bits == 0;
}

static inline bool call_is_zero32(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits + bits == 0;
}

/* A scalar by reference (the real part of a complex one) that is 0 or next to it: one instruction, no register. */
static inline bool call_is_tiny64(const void *value)
{
    return (((const uint32_t *)value)[1] & 0x7fffffff) == 0;
}

static inline bool call_is_tiny32(const void *value)
{
    return (*(const uint32_t *)value & 0x7fffffff) == 0;
}

/* call_charge_plainly of a call that costs nothing. CALL_FREE does the same. */
ALWAYS_INLINE bool call_charge_nothing(struct thread *t, uint32_t routine, enum call_cost what)
{
    uint64_t nothing = 0;
    t->outer_frame = call_stack;
    atomic_signal_fence(memory_order_seq_cst);
    if ((UNLIKELY(!CALL_IS_SET(t->careful_flops)) && !call_scale(t, &nothing, what)) ||
        !call_count_free(&t->hot[routine % THREAD_HOT], routine)) {
        t->outer_frame = 0;
        return false;
    }
    return true;
}

/* Begin, charge, tally; or change nothing. */
ALWAYS_INLINE bool call_charge_fast(struct thread *t, uint32_t routine, uint64_t cost, enum call_cost what)
{
    if (UNLIKELY(t->outer_frame))
        return false;
    if (__builtin_constant_p(cost) && !cost)
        return call_charge_nothing(t, routine, what);
    return call_charge_plainly(t, call_stack, routine, &cost, what) != NULL;
}

static inline void call_end_fast(const struct call *call)
{
    call->thread->outer_frame = 0;
}

/* ---- calls from other objects than the slot's own ---- */

/* A pure provider's own call, which is nested whatever the thread: counted, where it has a tally in reach, and not begun. Where
 * the shim is disabled all calls are such, and none is counted: thread_none has no tallies. */
ALWAYS_INLINE bool call_count_inner(uint32_t routine)
{
    struct ledger_tally *tally = call_self->hot[routine % THREAD_HOT];
    if (UNLIKELY(!tally))
        return config.disabled;
    if (UNLIKELY(tally->routine != routine))
        return false;
    call_add_nested(tally);
    return true;
}

/* Is it such a call, and is it counted, so that it need only be forwarded? Of the first such caller of a symbol, and of others.
 */
ALWAYS_INLINE bool call_is_inner(const struct slot *slot, uintptr_t caller, uint32_t routine)
{
    return caller - slot->inner.start < slot->inner.length && LIKELY(call_count_inner(routine));
}

ALWAYS_INLINE bool call_is_another_inner(const struct binding *recent, uint32_t routine)
{
    return recent && recent->from_provider && LIKELY(call_count_inner(routine));
}

/* Of routines whose entries count calls (CALL_FREE): a call of the slot's own caller, which this thread did not know yet. */
#define CALL_KEEP_LOOK()                      \
    do {                                      \
        struct slot *const kept_ = call_slot; \
        call_keep_look(kept_);                \
        call_slot = kept_;                    \
    } while (0)

/* What an entry leads to jumps on, and leaves all arguments where they are: it takes those that a call has in registers, passes
 * them as they came, and touches neither the stack's arguments nor a register of floating point. The compiler must make it a
 * jump (unit.jumps). */
#define CALL_JUMPS __attribute__((used, noinline, nocf_check, optimize("optimize-sibling-calls")))
