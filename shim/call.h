/* The way of a call: what every stub does, readable from top to bottom.
 *
 *   CALL_PROLOGUE    which provider?       (forward.c at first use)
 *   call_outermost   nested? then it is forwarded, counted as nested, never charged
 *   ... cost         the stub's own line
 *   call_charge      deduct, tally
 *   ... forward      the stub's own line
 *   call_end
 *
 * No system call, lock, allocation or stdio here, nor any floating-point arithmetic. Included by the generated stubs only:
 * their entries leave the slot in r11, which is set aside in these files (-ffixed-r11). */
#pragma once
#include "cost.h"
#include "forward.h"
#include "slow.h"
#include "thread.h"
#include <stddef.h>

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

register struct slot *call_slot __asm__("r11");

struct call {
    const struct binding *binding;
    struct thread *thread; /* NULL: nested */
    uintptr_t frame;
};

/* An exception that unwinds through a stub ends its call: call_personality. */
#define CALL_PROLOGUE(call)                                                                                           \
    struct call call;                                                                                                 \
    call_find(&call, call_slot, (uintptr_t)__builtin_return_address(0));                                              \
    call.frame = (uintptr_t)__builtin_dwarf_cfa();                                                                    \
    __asm__ volatile(".cfi_personality 0x1b, call_personality")

/* Integer arguments: by reference, and by value (an LP64 caller leaves the upper half of the register undefined). */
#define READ(pointer, i) (call.binding->wide ? ((const int64_t *)(pointer))[i] : ((const int32_t *)(pointer))[i])
#define WIDTH(value) (call.binding->wide ? (int64_t)(value) : (int32_t)(value))

static inline void call_find(struct call *call, struct slot *slot, uintptr_t caller)
{
    const struct binding *b = atomic_load_explicit(&slot->first, memory_order_acquire);
    if (UNLIKELY(!b || caller - b->start >= b->length))
        b = forward_find(slot, caller);
    call->binding = b;
}

static inline bool call_outermost(struct call *call)
{
    struct thread *t = call_tls.idle;
    if (UNLIKELY(!t || call->binding->from_provider)) {
        call->thread = call_enter_slowly(call->binding, call->frame);
        return call->thread != NULL;
    }
    call_tls.idle = NULL;
    call_tls.outer_frame = call->frame;
    call->thread = t;
    return true;
}

static inline void call_tally(struct thread *t, uint32_t routine, uint64_t cost)
{
    struct ledger_tally *tally = t->hot[routine % THREAD_HOT];
    if (UNLIKELY(tally->routine != routine))
        tally = thread_tally(t, routine, NULL);
    tally->calls++;
    if (UNLIKELY(__builtin_add_overflow(tally->flops, cost, &tally->flops)))
        tally->flops = UINT64_MAX;
}

/* True: forward it. False: it was refused, the stub returns. */
static inline bool call_charge(struct call *call, uint32_t routine, uint64_t cost)
{
    struct thread *t = call->thread;
    if (UNLIKELY(cost >= t->careful_flops))
        return call_charge_carefully(t, routine, cost);
    if (t->grant && UNLIKELY(!grant_take(t->grant, cost)))
        return call_charge_short(t, routine, cost);
    call_tally(t, routine, cost);
    return true;
}

static inline void call_count_nested(const struct call *call, uint32_t routine)
{
    (void)call;
    struct thread *t = call_tls.self;
    if (t)
        thread_tally_nested(t, routine);
}

static inline void call_end(const struct call *call)
{
    struct thread *t = call->thread;
    if (!t)
        return;
    if (UNLIKELY(t->started_ns))
        call_stop_clock(t);
    call_tls.idle = t;
}
