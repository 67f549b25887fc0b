/* What one opening of a context has used (used.h). The table is private memory from mmap. A place in it is taken before it is
 * filled, and its tally is stored last: a signal's handler that notes takes the next one, and a reader leaves it out. */
#include "used.h"
#include "ledger_read.h"
#include "lock.h"
#include "pages.h"
#include <string.h>

#define FIRST_ROOM 128

static uint64_t last_opening;

void used_begin(struct used *used, uint64_t refused)
{
    for (uint32_t i = 0; i < used->count; i++)
        used->before[i].tally = NULL;
    used->count = 0;
    used->ended = false;
    used->refused = refused;
    used->opening = ++last_opening;
}

void used_end(struct used *used, uint64_t refused)
{
    if (!used->opening || used->ended)
        return;
    for (uint32_t i = 0; i < used->count; i++) {
        struct used_before *b = &used->before[i];
        uint64_t flops, calls;
        used_read(used, i, &flops, &calls);
        b->flops = flops;
        b->calls = calls;
    }
    used->refused = refused - used->refused;
    used->ended = true;
}

/* Where there is no memory for it, a tally is left out: what it counts is then taken for work outside of the context. */
static bool make_room(struct used *used)
{
    uint32_t more = used->room ? 2 * used->room : FIRST_ROOM;
    struct used_before *fresh = pages_get(more * sizeof *fresh);
    if (!fresh)
        return false;
    shim_lock();
    if (used->room) {
        memcpy(fresh, used->before, used->room * sizeof *fresh);
        pages_free(used->before, used->room * sizeof *fresh);
    }
    used->before = fresh;
    used->room = more;
    shim_unlock();
    return true;
}

void used_note(struct used *used, const struct ledger_tally *tally)
{
    struct ledger_counts counts;
    if (used->count == used->room && !make_room(used))
        return;
    struct used_before *b = &used->before[used->count];
    __atomic_store_n(&used->count, used->count + 1, __ATOMIC_RELAXED);
    ledger_tally_read(tally, &counts);
    b->flops = counts.flops;
    b->calls = counts.calls;
    __atomic_store_n(&b->tally, tally, __ATOMIC_RELEASE);
}

static uint64_t less(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

bool used_read(const struct used *used, uint32_t place, uint64_t *flops, uint64_t *calls)
{
    const struct used_before *b = &used->before[place];
    const struct ledger_tally *tally = __atomic_load_n(&b->tally, __ATOMIC_ACQUIRE);
    struct ledger_counts counts = {.flops = 0};
    if (tally && !used->ended)
        ledger_tally_read(tally, &counts);
    if (!tally) {
        *flops = *calls = 0;
    } else if (used->ended) {
        *flops = b->flops;
        *calls = b->calls;
    } else { /* a sum that stuck stands for itself or more */
        *flops = counts.flops == UINT64_MAX ? counts.flops : less(counts.flops, b->flops);
        *calls = less(counts.calls, b->calls);
    }
    return *flops || *calls;
}
