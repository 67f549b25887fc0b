/* Prices in 64 bits (small.h) against the same in 128, of random small arguments of every count. */
#include "small.h"
#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

enum { TRIES = 3000, ARGUMENTS = 32 };

static uint64_t state = 0x9e3779b97f4a7c15;

static uint64_t draw(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state >> 11;
}

static int64_t draw_argument(char kind)
{
    static const int64_t sizes[] = {-1, 0, 1, 2, 3, 31, 32, 33, 128, 4094, 4095, 4096, 4095, 4095};
    static const char letters[] = "NTCRULVASIEBPFQGDOHW";
    if (kind == 'o')
        return letters[draw() % (sizeof letters - 1)];
    if (kind == 's' || kind == 'f')
        return (int64_t)(draw() % 4) - 2 * (kind == 'f');
    if (kind == 'w')
        return (int64_t)(draw() % 1000000) - (draw() % 8 ? 0 : 1000000);
    return draw() % 2 ? sizes[draw() % (sizeof sizes / sizeof *sizes)] : (int64_t)(draw() % 4096);
}

static bool is_new(const struct cost_routine *r)
{
    static bool seen[UINT16_MAX][2];
    bool *place = &seen[r->count][r->field == COST_FIELD_COMPLEX];
    return !*place && (*place = true);
}

Test(small, prices_are_those_of_128_bits)
{
    unsigned worked = 0, tried = 0;
    for (int i = 0; i < cost_routine_count; i++) {
        const struct cost_routine *r = &cost_routines[i];
        for (int t = is_new(r) ? 0 : TRIES; t < TRIES; t++) {
            int64_t arg[ARGUMENTS] = {0};
            for (size_t a = 0; cost_kinds(r)[a]; a++)
                arg[a] = draw_argument(cost_kinds(r)[a]);
            const struct cost_ops ops = cost_count((unsigned)i, arg);
            for (int convention = COST_OPS; convention <= COST_FMA; convention++) {
                uint64_t whole = cost_weigh(r, ops, (enum cost_convention)convention);
                uint64_t price = small_price(r, arg, (enum cost_convention)convention);
                bool is_small = price != COST_NOT_SMALL;
                cr_assert(is_small ? price == whole : true, "%s: %lu, not %lu", cost_name(r), price, whole);
                worked += is_small;
                tried++;
            }
        }
    }
    cr_expect(gt(u32, worked, tried / 2), "%u of %u", worked, tried);
}
