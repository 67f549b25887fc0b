/* In what precision a routine does most of its operations, by its name. */
#pragma once
#include "cost.h"
#include <stdbool.h>

/* COST_OTHER: integers, more than double, or told by its arguments alone. */
enum cost_precision {
    COST_HALF,
    COST_SINGLE,
    COST_SINGLE_COMPLEX,
    COST_DOUBLE,
    COST_DOUBLE_COMPLEX,
    COST_OTHER,
    COST_PRECISIONS
};

/* How many letters of its name stand before its family's: d of dgemm, iz of izamax. */
size_t cost_prefix_length(const struct cost_routine *routine);
enum cost_precision cost_precision(const struct cost_routine *routine);
/* "half", "single", "single_complex" ... */
const char *cost_precision_name(enum cost_precision precision);
