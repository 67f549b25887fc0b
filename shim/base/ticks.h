/* The monotonic clock for what is timed often, by the processor's counter of ticks where that serves: where it runs at one rate
 * whatever the processor does, and the kernel has it for its own clock, which reads it by the same instruction. The rate is
 * measured against CLOCK_MONOTONIC over TICKS_MEASURED_NS at least, to 0.02 %; before, and where it does not serve, that clock
 * answers. Of two readings only the difference means anything. Async-signal-safe; errno is kept. */
#pragma once
#include "clock.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#ifdef __x86_64__
#include <x86intrin.h>
#endif

#define TICKS_MEASURED_NS 20000000

/* Constant once `ready` is set. */
struct ticks {
    atomic_bool ready;
    uint64_t first, first_ns; /* one instant, by both */
    uint64_t factor;          /* ns a tick, times 2^32 */
};
extern struct ticks ticks;

uint64_t ticks_by_clock_ns(void);

static inline uint64_t ticks_now_ns(void)
{
#ifdef __x86_64__
    if (__builtin_expect(atomic_load_explicit(&ticks.ready, memory_order_acquire), 1))
        return ticks.first_ns + (uint64_t)((unsigned __int128)(__rdtsc() - ticks.first) * ticks.factor >> 32);
#endif
    return ticks_by_clock_ns();
}
