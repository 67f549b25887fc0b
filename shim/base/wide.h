/* Sums of FLOPs, and budgets: 128 bits. What one call costs, what one thread was allowed at once, and a tally have 64, so that
 * the way of a call knows nothing of this. 2^64 of them fit. */
#pragma once
#include <stdint.h>

typedef unsigned __int128 wide;
#define WIDE_MAX (~(wide)0)

/* Sticks at WIDE_MAX: budgets are given, and there may be any number of them. */
static inline wide wide_sum(wide a, wide b)
{
    return a > WIDE_MAX - b ? WIDE_MAX : a + b;
}

static inline wide wide_less(wide a, wide b)
{
    return a > b ? a - b : 0;
}

/* For interfaces of 64 bits: itself, or UINT64_MAX. */
static inline uint64_t wide_narrow(wide a)
{
    return a < UINT64_MAX ? (uint64_t)a : UINT64_MAX;
}
