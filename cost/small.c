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

uint64_t small_price(const struct cost_routine *routine, const int64_t *arg, enum cost_convention convention)
{
    const bool complex_field = routine->field == COST_FIELD_COMPLEX;
    struct cost_ops ops = {0};
    count_of_row(routine->count, arg, complex_field ? 4 : 1, &ops);
    const uint64_t mults = (uint64_t)ops.mults, adds = (uint64_t)ops.adds;
    if ((mults | adds) >= OPS_LIMIT)
        return SMALL_NOT;
    if (ops.total_only)
        return convention == COST_FMA ? (mults + 1) / 2 : mults;
    if (convention == COST_FMA)
        return (complex_field ? 4 : 1) * (mults > adds ? mults : adds);
    return complex_field ? 6 * mults + 2 * adds : mults + adds;
}
