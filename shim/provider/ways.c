/* The ways of calls that entries count (ways.h). */
#include "ways.h"
#include "bind.h"
#include "symbols.h"

_Static_assert(LOOK_COUNT <= LOOKS, "a place each");

uintptr_t ways_on[LOOKS];

int ways_of(uint32_t symbol)
{
    int low = 0, high = LOOK_COUNT;
    while (low < high) {
        int middle = (low + high) / 2;
        if (forward_looks[middle] < symbol)
            low = middle + 1;
        else
            high = middle;
    }
    return low < LOOK_COUNT && forward_looks[low] == symbol ? low : -1;
}

bool ways_lead(int look, uintptr_t seen, uintptr_t target)
{
    return seen == target ||
           __atomic_compare_exchange_n(&ways_on[look], &seen, target, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

static uintptr_t back(int look)
{
    extern const char forward_entries[] __attribute__((visibility("hidden")));
    extern const int32_t forward_backs[] __attribute__((visibility("hidden")));
    return (uintptr_t)(forward_entries + forward_backs[look]);
}

void ways_turn_back(void)
{
    for (int i = 0; i < LOOK_COUNT; i++)
        __atomic_store_n(&ways_on[i], back(i), __ATOMIC_SEQ_CST);
}

/* A call may be on its way still, so each way leads somewhere. Where a slot gets another target meanwhile, whoever takes its
 * caller over finds it. */
void ways_turn_on(void)
{
    for (int i = 0; i < LOOK_COUNT; i++) {
        const struct binding *own = &forward_slots[forward_looks[i]].hot;
        if (__atomic_load_n(&own->length, __ATOMIC_ACQUIRE))
            ways_lead(i, back(i), (uintptr_t)__atomic_load_n(&own->target, __ATOMIC_RELAXED));
    }
}
