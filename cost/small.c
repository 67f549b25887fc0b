/* Prices of small calls (small.h): the counts and the formulas once more, compiled in 64 bits instead of 128, which takes a
 * third of the instructions. What may not be right in 64 bits comes out as COUNT_HUGE, or negative, and is worked out in full;
 * unit.small holds the two to each other. */
#define COUNT_SMALL
/* NOLINTBEGIN(bugprone-suspicious-include): their functions are to be inlined here, and of another type. */
#include "eigen.c"
#include "formulas.c"
#include "linear.c"
#include "orthogonal.c"
#include "svd.c"
/* NOLINTEND(bugprone-suspicious-include) */
#include "counts.h"
#include "small.h"

/* Worked out once a plan, and with more bits. */
static count_t count_fft(int64_t transform, count_t n, count_t howmany, count_t ranks)
{
    (void)transform, (void)n, (void)howmany, (void)ranks;
    return COUNT_HUGE;
}

/* Of multiplications or additions: eight of them fit 64 bits. */
#define OPS_LIMIT ((uint64_t)1 << 58)

static inline __attribute__((always_inline)) uint64_t weigh(const struct cost_ops *ops, bool complex_field,
                                                            enum cost_convention convention)
{
    const uint64_t mults = (uint64_t)ops->mults, adds = (uint64_t)ops->adds;
    if ((mults | adds) >= OPS_LIMIT)
        return COST_NOT_SMALL;
    if (ops->total_only)
        return convention == COST_FMA ? (mults + 1) / 2 : mults;
    if (convention == COST_FMA)
        return (complex_field ? 4 : 1) * (mults > adds ? mults : adds);
    return complex_field ? 6 * mults + 2 * adds : mults + adds;
}

#define IS_COMPLEX_REAL false
#define IS_COMPLEX_COMPLEX true
#define SMALL_PRICE(count, field)                                                                                      \
    static uint64_t __attribute__((used)) small_##count##_##field(const int64_t *arg, enum cost_convention convention) \
    {                                                                                                                  \
        struct cost_ops ops = {0};                                                                                     \
        count_##count(arg, IS_COMPLEX_##field ? 4 : 1, &ops);                                                          \
        return weigh(&ops, IS_COMPLEX_##field, convention);                                                            \
    }
#include "small_prices.h"

uint64_t small_price(const struct cost_routine *routine, const int64_t *arg, enum cost_convention convention)
{
#define SMALL_CASE(count, field) \
    case 2 * (count) + IS_COMPLEX_##field: return small_##count##_##field(arg, convention);
    switch (2 * routine->count + (routine->field == COST_FIELD_COMPLEX)) {
        SMALL_CASES
    default: return COST_NOT_SMALL;
    }
}
