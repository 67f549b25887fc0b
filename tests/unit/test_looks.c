/* What threads know of the slots' own callers, and the ways of their calls: whatever comes between the steps of taking one
 * over. */
#include "looks.h"
#include "symbols.h"
#undef LOOK_COUNT
#define LOOK_COUNT 5
#include "ways.c"
#include <criterion/criterion.h>

enum { START = 0x10000, LENGTH = 0x5000 };

/* Where an entry would find what it compares with */
static bool is_known(const struct looks *looks, int i, uintptr_t caller)
{
    return caller - looks->of[i].start < looks->of[i].length;
}

Test(looks, taken_over)
{
    static struct looks looks;
    static uint64_t check;
    looks_begin(&looks, 155, START, &check);
    for (uintptr_t caller = START + 1; caller < START + LENGTH + 2; caller++)
        cr_assert(!is_known(&looks, 155, caller), "not finished");
    looks_finish(&looks, 155, LENGTH);
    cr_assert(is_known(&looks, 155, START + 1) && is_known(&looks, 155, START + LENGTH - 1));
    cr_assert(!is_known(&looks, 155, START + LENGTH) && !is_known(&looks, 155, START - 1));
    cr_assert(looks.of[155].check == &check && looks_are_known(&looks));
    looks_begin(&looks, 155, 2 * START, &check);
    cr_assert(!is_known(&looks, 155, START + 1) && !is_known(&looks, 155, 2 * START + 1), "changed, and not finished");
}

Test(looks, forgotten_meanwhile)
{
    static struct looks mine, others;
    static uint64_t check;
    looks_add(&others);
    looks_add(&mine);
    for (int how = 0; how < 3; how++) {
        looks_begin(&mine, 70, START, &check);
        how == 0 ? looks_forget_own(&mine) : how == 1 ? looks_forget_of(&mine) : looks_forget();
        looks_finish(&mine, 70, LENGTH);
        cr_assert(!is_known(&mine, 70, START + 1), "way %d", how);
    }
}

/* In the middle of it a handler takes the same one over, for another tally. */
Test(looks, handler_meanwhile)
{
    static struct looks looks;
    static uint64_t check, another;
    looks_begin(&looks, 9, START, &another);
    looks_finish(&looks, 9, LENGTH);
    looks.of[9].check = &check; /* as the interrupted one goes on */
    looks_finish(&looks, 9, 0);
    cr_assert(!is_known(&looks, 9, START + 1));
}

Test(looks, forgotten)
{
    static struct looks mine, others;
    static uint64_t check;
    looks_add(&mine);
    looks_add(&others);
    for (int i = 0; i < LOOKS; i++) {
        looks_begin(&mine, i, START, &check);
        looks_finish(&mine, i, LENGTH);
    }
    looks_begin(&others, 3, START, &check);
    looks_finish(&others, 3, LENGTH);
    looks_forget_own(&mine);
    for (int i = 0; i < LOOKS; i++)
        cr_assert(!is_known(&mine, i, START + 1));
    cr_assert(!looks_are_known(&mine) && is_known(&others, 3, START + 1));
    looks_forget();
    cr_assert(!is_known(&others, 3, START + 1));
    looks_begin(&others, 3, START, &check);
    looks_finish(&others, 3, LENGTH);
    looks_drop();
    looks_forget();
    cr_assert(is_known(&others, 3, START + 1), "not ours any more");
}

/* ---- ways ---- */

struct slot forward_slots[1001];
const uint16_t forward_looks[LOOK_COUNT] = {1, 4, 5, 9, 1000};
const char forward_entries[64];
const int32_t forward_backs[LOOK_COUNT] = {8, 16, 24, 32, 40};

Test(ways, of_symbols)
{
    for (int i = 0; i < LOOK_COUNT; i++)
        cr_assert(ways_of(forward_looks[i]) == i);
    cr_assert(ways_of(0) == -1 && ways_of(2) == -1 && ways_of(999) == -1 && ways_of(1001) == -1 && ways_of(UINT32_MAX) == -1);
}

Test(ways, lead_and_turn)
{
    uintptr_t back = (uintptr_t)(forward_entries + 16), first = (uintptr_t)&back, second = first + 1;
    cr_assert(ways_lead(1, ways_on[1], first) && ways_on[1] == first);
    cr_assert(ways_lead(1, first, first), "nothing to do");
    uintptr_t seen = ways_on[1];
    ways_turn_back();
    cr_assert(ways_on[1] == back);
    cr_assert(!ways_lead(1, seen, second) && ways_on[1] == back, "closed since it was seen");
    forward_slots[4].hot = (struct binding){.start = START, .length = LENGTH, .target = (void *)first};
    ways_turn_on();
    cr_assert(ways_on[1] == first, "its own caller's target");
    cr_assert(ways_on[0] == (uintptr_t)(forward_entries + 8), "no caller: it leads back, and nobody is on it");
    cr_assert(ways_lead(1, first, second) && ways_on[1] == second);
    ways_turn_on();
    cr_assert(ways_on[1] == second, "as it was");
}
