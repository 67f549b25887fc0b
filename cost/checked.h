/* Integer arithmetic for counts: 128 bits, saturating. COUNT_HUGE stands for "too large to hold" and sticks: whatever
 * it enters becomes COUNT_HUGE too, except a product with 0.
 *
 * With COUNT_SMALL the same in 64 bits (small.c): arguments are below 2^12 then, so that a formula of up to four
 * of them, with coefficients below 1024, stays below 2^58. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#ifdef COUNT_SMALL
typedef int64_t count_t;
#define COUNT_HUGE ((count_t)1 << 62)
#else
typedef __int128 count_t;
#define COUNT_HUGE ((count_t)1 << 126)
#endif

/* Sizes or-ed together, one of which is too large to count with (or negative). */
static inline bool count_is_large(count_t sizes)
{
#ifdef COUNT_SMALL
    return (uint64_t)sizes >> 12;
#else
    (void)sizes;
    return false;
#endif
}

static inline count_t count_clip(count_t value, bool overflowed)
{
    return overflowed || value >= COUNT_HUGE || value <= -COUNT_HUGE ? COUNT_HUGE : value;
}

static inline count_t count_add(count_t a, count_t b)
{
    count_t sum;
    bool overflowed = __builtin_add_overflow(a, b, &sum);
    return a == COUNT_HUGE || b == COUNT_HUGE ? COUNT_HUGE : count_clip(sum, overflowed);
}

static inline count_t count_sub(count_t a, count_t b)
{
    return b == COUNT_HUGE ? COUNT_HUGE : count_add(a, -b);
}

static inline count_t count_mul(count_t a, count_t b)
{
    count_t product;
    bool overflowed = __builtin_mul_overflow(a, b, &product);
    return count_clip(product, overflowed);
}

/* Truncating; b is a constant of a formula, never 0. */
static inline count_t count_div(count_t a, count_t b)
{
    return a == COUNT_HUGE ? COUNT_HUGE : a / b;
}

static inline count_t count_min(count_t a, count_t b)
{
    return a < b ? a : b;
}

static inline count_t count_max(count_t a, count_t b)
{
    return a > b ? a : b;
}
