/* An operation count of a whole algorithm: multiplications (divisions among them) and additions, in the field of its
 * routine. What formulas.h returns and what compositions add up. */
#pragma once
#include "checked.h"

struct cost_ops {
    count_t mults;
    count_t adds;
    int total_only; /* mults holds a total of real operations that has no split */
};

/* Inside a formula dimensions are at most this, so that a cubic polynomial with coefficients below 4096 stays within
 * count_t without a check at each step. A larger one prices as COUNT_HUGE: no machine holds the matrix. */
#ifdef COUNT_SMALL
#define DIMENSION_LIMIT ((count_t)1 << 16)
#else
#define DIMENSION_LIMIT ((count_t)1 << 38)
#endif

/* A polynomial may dip below 0 at the smallest sizes. */
static inline struct cost_ops ops(count_t mults, count_t adds)
{
    return (struct cost_ops){count_max(mults, 0), count_max(adds, 0), 0};
}

/* True where no formula applies: the smallest dimension that must be positive is not, or the largest is too large. The
 * count is then ops_outside(smallest) or count_outside(smallest). */
static inline bool outside(count_t smallest, count_t largest)
{
    return smallest <= 0 || largest > DIMENSION_LIMIT;
}

static inline count_t count_outside(count_t smallest)
{
    return smallest <= 0 ? 0 : COUNT_HUGE;
}

static inline struct cost_ops ops_outside(count_t smallest)
{
    return ops(count_outside(smallest), count_outside(smallest));
}

static inline struct cost_ops ops_add(struct cost_ops a, struct cost_ops b)
{
    return ops(count_add(a.mults, b.mults), count_add(a.adds, b.adds));
}

static inline struct cost_ops ops_times(struct cost_ops a, count_t times)
{
    times = count_max(times, 0);
    return ops(count_mul(a.mults, times), count_mul(a.adds, times));
}

/* Real operations; weight: 4 for complex data, 1 for real. */
static inline count_t ops_total(struct cost_ops a, count_t weight)
{
    return weight == 4 ? count_add(count_mul(6, a.mults), count_mul(2, a.adds)) : count_add(a.mults, a.adds);
}
