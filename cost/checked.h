/* Integer arithmetic for counts: 128 bits, saturating. COUNT_HUGE stands for "too large to hold" and sticks: whatever
 * it enters becomes COUNT_HUGE too, except a product with 0. */
#pragma once
#include <stdbool.h>

typedef __int128 count_t;

#define COUNT_HUGE ((count_t)1 << 126)

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
