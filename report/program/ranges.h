/* The calls that a routine's price was checked on: cost/ranges.tsv, compiled. In the program alone. */
#pragma once
#include "cost.h"
#include <stdint.h>

struct price_range {
    const char *routine;
    int32_t calls;
    int32_t from, to;  /* orders */
    int32_t low, high; /* that the price was above what was executed: percent, in tenths */
};

/* Generated, sorted by routine. */
extern const struct price_range price_ranges[];
extern const int price_range_count;

/* Of a routine, or of the one in double precision that has the same price; NULL: none was counted. */
const struct price_range *price_range_of(const struct cost_routine *routine);
