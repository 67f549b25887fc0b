/* Prices a call: the row's count, the weights of the convention. Owns no list of routines (card/) and no
 * formula (formulas.c). */
#include "cost.h"
#include "formulas.h"
#include "counts.h"       /* generated: the counts of all rows, in the arithmetic of checked.h, */
#include "count_of_row.h" /* and the one of a row */
#include "small.h"
#include "symbols.h" /* generated: every exported name and its routine */
#include <string.h>
#include <strings.h>

#define SIGNIFICAND_BITS 53

uint64_t cost_saturated(count_t value)
{
    if (value <= 0)
        return 0;
    return value > (count_t)UINT64_MAX ? UINT64_MAX : (uint64_t)value;
}

struct cost_ops cost_count(unsigned routine, const int64_t *arg)
{
    const struct cost_routine *r = &cost_routines[routine];
    struct cost_ops ops = {0};
    count_of_row(r->count, arg, r->field == COST_FIELD_COMPLEX ? 4 : 1, &ops);
    return ops;
}

uint64_t cost_weigh(const struct cost_routine *routine, struct cost_ops ops, enum cost_convention convention)
{
    count_t mults = count_max(ops.mults, 0);
    count_t adds = count_max(ops.adds, 0);
    if (ops.total_only)
        return cost_saturated(convention == COST_FMA ? count_div(count_add(mults, 1), 2) : mults);
    bool complex_field = routine->field == COST_FIELD_COMPLEX;
    if (convention == COST_FMA)
        return cost_saturated(count_mul(complex_field ? 4 : 1, count_max(mults, adds)));
    if (complex_field)
        return cost_saturated(count_add(count_mul(6, mults), count_mul(2, adds)));
    return cost_saturated(count_add(mults, adds));
}

uint64_t cost_price_in_full(unsigned routine, const int64_t *arg, enum cost_convention convention)
{
    return cost_weigh(&cost_routines[routine], cost_count(routine, arg), convention);
}

uint64_t cost_price(unsigned routine, const int64_t *arg, enum cost_convention convention)
{
    const struct cost_routine *r = &cost_routines[routine];
    const uint64_t price = small_price(r, arg, convention);
    return price != COST_NOT_SMALL ? price : cost_price_in_full(routine, arg, convention);
}

static struct cost_dims list_at(size_t first)
{
    struct cost_dims dims = {0, cost_dim_names + first, cost_dim_places + first};
    while (dims.names[dims.count])
        dims.count++;
    return dims;
}

struct cost_dims cost_dims(const struct cost_routine *routine)
{
    return list_at(routine->dims);
}

struct cost_dims cost_options(const struct cost_routine *routine)
{
    return list_at(routine->dims + cost_dims(routine).count + 1u);
}

int cost_find(const char *name)
{
    for (int i = 0; i < cost_routine_count; i++)
        if (!strcasecmp(cost_name(&cost_routines[i]), name))
            return i;
    const char *exported = forward_names;
    for (int i = 0; i < SYMBOL_COUNT; i++, exported += strlen(exported) + 1)
        if (!strcasecmp(exported, name))
            return forward_routines[i];
    return -1;
}

const struct cost_routine *cost_routine_of(uint32_t id)
{
    uint32_t place = id & cost_id_mask;
    while (cost_routines[cost_id_table[place] - 1].id != id)
        place = (place + 1) & cost_id_mask;
    return &cost_routines[cost_id_table[place] - 1];
}

uint64_t cost_sum(uint64_t a, uint64_t b)
{
    uint64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}

uint64_t cost_times(uint64_t a, int64_t times)
{
    uint64_t product;
    if (times <= 0)
        return 0;
    return __builtin_mul_overflow(a, (uint64_t)times, &product) ? UINT64_MAX : product;
}

/* value rounded to the 53 bits of a double's significand, ties to even. */
static unsigned __int128 round_to_double(unsigned __int128 value)
{
    uint64_t high = (uint64_t)(value >> 64);
    int bits = high ? 128 - __builtin_clzll(high) : 64 - __builtin_clzll((uint64_t)value | 1);
    if (bits <= SIGNIFICAND_BITS)
        return value;
    int dropped = bits - SIGNIFICAND_BITS;
    unsigned __int128 unit = (unsigned __int128)1 << dropped;
    unsigned __int128 rest = value & (unit - 1);
    value -= rest;
    if (rest > unit / 2 || (rest == unit / 2 && (value & unit)))
        value += unit;
    return value;
}

uint64_t cost_scale(uint64_t cost, double multiplier)
{
    uint64_t bits;
    memcpy(&bits, &multiplier, sizeof bits);
    int exponent = (int)(bits >> 52 & 0x7ff);
    uint64_t significand = bits & (((uint64_t)1 << 52) - 1);
    if (exponent == 1023 && significand == 0)
        return cost;
    if (exponent)
        significand |= (uint64_t)1 << 52;
    int shift = 1075 - (exponent ? exponent : 1); /* multiplier = significand / 2^shift */
    unsigned __int128 rounded_cost = round_to_double(cost);
    if (rounded_cost > UINT64_MAX)
        rounded_cost = UINT64_MAX; /* 2^64 itself: the price was saturated already */
    unsigned __int128 product = round_to_double(rounded_cost * significand);
    if (shift >= 128)
        return 0;
    if (shift >= 0)
        return cost_saturated((count_t)(product >> shift > UINT64_MAX ? UINT64_MAX : product >> shift));
    if (!product)
        return 0;
    if (-shift >= 64 || product >> (64 + shift))
        return UINT64_MAX;
    return (uint64_t)(product << -shift);
}

/* An odd significand, so that the product is exact in a double for as many costs as possible. */
struct cost_factor cost_factor(double multiplier)
{
    uint64_t bits;
    memcpy(&bits, &multiplier, sizeof bits);
    const uint64_t significand = (bits & (((uint64_t)1 << 52) - 1)) | (uint64_t)1 << 52;
    const int zeros = __builtin_ctzll(significand), shift = 1075 - (int)(bits >> 52 & 0x7ff) - zeros;
    struct cost_factor f = {significand >> zeros, 0, 0};
    if (shift >= 63 || -shift > zeros) /* or 2^53 and more */
        return f;
    f.shift = shift > 0 ? (unsigned)shift : 0;
    f.by <<= shift < 0 ? -shift : 0;
    f.below = ((uint64_t)1 << SIGNIFICAND_BITS) / f.by;
    return f;
}

const char *cost_class_name(enum cost_class accuracy)
{
    static const char *const names[] = {"exact", "leading", "estimate"};
    return names[accuracy];
}

const char *cost_class_meaning(enum cost_class accuracy)
{
    static const char *const meanings[] = {
        "the reference algorithm's own count",
        "its leading terms: within 6 % of the counted operations at n = 64 and 3 % at 128, unblocked",
        "the work depends on the data: within 25 % for dense random matrices of the orders that were counted",
    };
    return meanings[accuracy];
}

const char *cost_convention_name(enum cost_convention convention)
{
    return convention == COST_FMA ? "fma" : "ops";
}
