#include "formulas.h"

/* Entries of a corner that has 1, 2, ... depth entries a diagonal, cut to width. */
static count_t corner(count_t depth, count_t width)
{
    if (depth <= 0 || width <= 0)
        return 0;
    if (depth <= width)
        return count_div(count_mul(depth, count_add(depth, 1)), 2);
    return count_add(count_div(count_mul(width, count_add(width, 1)), 2), count_mul(count_sub(depth, width), width));
}

count_t count_band(count_t m, count_t n, count_t kl, count_t ku)
{
    count_t below = corner(count_sub(count_sub(m, 1), kl), n);
    count_t above = corner(count_sub(count_sub(n, 1), ku), m);
    return count_sub(count_sub(count_mul(m, n), below), above);
}
