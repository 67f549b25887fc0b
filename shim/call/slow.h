/* The seldom-taken branches of the way of a call (call.c), and the small pieces that it shares with them. */
#pragma once
#include "forward.h"
#include "thread.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Below this, the OR of a call's dimensions cannot overflow a formula of that degree in 64 bits; all 0 where counts do not
 * follow the `ops` convention, which is the one that stubs compute inline. */
extern uint64_t call_small64[4] __attribute__((visibility("hidden")));
extern uint32_t call_small32[4] __attribute__((visibility("hidden"))); /* for 32-bit dimensions */
extern int call_convention __attribute__((visibility("hidden")));

/* The thread, where the call is outermost, else NULL. */
struct thread *call_enter(const struct binding *binding, uintptr_t frame);

/* Pending changes, multiplier, budget, tally, log, clock. False: refused. */
bool call_charge_carefully(struct thread *t, uint32_t routine, uint64_t cost, const int64_t *shape);
/* The routine is only asked how much workspace it would need: no call, free, never refused, not in the op log. */
void call_count_query(struct thread *t, uint32_t routine);
void call_stop_clock(struct thread *t);
/* The call in progress was rejected for its arguments: it costs nothing. */
void call_refund(struct thread *t);
/* Calls that cost this or more are timed under FLOP_TIMING=auto: 20 us and more on today's processors, where two clock
 * reads take 0.05. */
enum { call_timed_flops = 1000000 };
/* The thread's call in progress is over, if execution goes on at a stack address from `to` upwards. */
void call_abandon(uintptr_t to);
/* The personality routine of every stub: the unwinder calls it. */
int call_personality(int version, int actions, uint64_t class, void *exception, void *context)
    __attribute__((visibility("hidden")));
void thread_tally_nested(struct thread *t, uint32_t routine);

/* What flopshim_deduct() charges: no routine of the table. True: charged (or allowed to overrun). */
bool call_deduct(struct thread *t, const char *operation, uint64_t cost);

/* Option letters: of a Fortran character, and of a CBLAS enum. 0 where there is none such. */
static inline int64_t call_letter(const void *text, int64_t i)
{
    return ((const char *)text)[i] & 0xdf;
}
int64_t call_letter_cblas(int value);
/* Is ld a leading dimension of columns (or rows) of this length? */
static inline bool call_leads(int64_t ld, int64_t length)
{
    return ld >= 1 && ld >= length;
}
static inline int64_t call_letter_value(intptr_t letter)
{
    return letter & 0xdf;
}

/* Scalars that a count depends on: 0, 1, or 2 for any other value; rotm's flag: -2, -1, 0, 1. By bit pattern. */
int64_t call_scalar_float(const void *value);
int64_t call_scalar_double(const void *value);
int64_t call_scalar_float_complex(const void *value);
int64_t call_scalar_double_complex(const void *value);
int64_t call_flag_float(const void *param);
int64_t call_flag_double(const void *param);

/* Add to a number of a tally of this thread's, which others may read at any time. Saturates. `unit`: LEDGER_CALL_UNIT where
 * that is a call. */
static inline void tally_add(struct ledger_tally *tally, uint64_t *number, uint64_t more, uint64_t unit)
{
    uint64_t before = __atomic_load_n(number, __ATOMIC_RELAXED);
    uint64_t after = before + more < more ? UINT64_MAX : before + more;
    __atomic_store_n(number, after, __ATOMIC_RELAXED);
    __atomic_store_n(&tally->check, tally->check + (after - before) + unit, __ATOMIC_RELAXED);
}

/* The owner's side of a grant: plain loads and stores. Whoever calls it back sets `recalled`, makes a barrier on every
 * processor (membarrier), and waits for `inside` to be 0: after that the owner has either finished or seen the recall. The
 * fences only hold the compiler back; ThreadSanitizer knows nothing of membarrier. */
__attribute__((no_sanitize("thread"))) static inline bool grant_take(struct ledger_grant *g, uint64_t cost)
{
    g->inside = 1;
    atomic_signal_fence(memory_order_seq_cst);
    uint64_t spent;
    bool fits = __builtin_expect(!g->recalled, 1) && !__builtin_add_overflow(g->spent_flops, cost, &spent) &&
                __builtin_expect(spent <= g->allowed_flops, 1);
    if (fits)
        g->spent_flops = spent;
    atomic_signal_fence(memory_order_seq_cst);
    g->inside = 0;
    return fits;
}
