/* What one opening of a context has used (used.h). The table is private memory from mmap. A place in it is taken before it is
 * filled, and its tally is stored last: a signal's handler that notes takes the next one, and a reader leaves it out. */
#include "used.h"
#include "ledger_read.h"
#include "local.h"
#include "lock.h"
#include "pages.h"
#include <string.h>

#define FIRST_ROOM 128
#define HANDLERS 8 /* places that handlers may take between the look for room and the own place */

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
        struct used_counts counts;
        used_read(used, i, &counts);
        b->flops = counts.flops;
        b->calls = counts.calls;
        b->elapsed_ns = counts.elapsed_ns;
        b->timed_flops = counts.timed_flops;
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
    if (used->count + HANDLERS >= used->room && !make_room(used))
        return;
    struct used_before *b = &used->before[local_count(&used->count)];
    ledger_tally_read(tally, &counts);
    *b = (struct used_before){
        .flops = counts.flops, .calls = counts.calls, .elapsed_ns = counts.elapsed_ns, .timed_flops = counts.timed_flops};
    __atomic_store_n(&b->tally, tally, __ATOMIC_RELEASE);
}

/* Openings have few tallies, and mostly the last one is meant. */
void used_time(struct used *used, const struct ledger_tally *tally, uint64_t elapsed_ns, uint64_t flops)
{
    if (used->ended)
        return;
    for (uint32_t i = used->count; i-- > 0;) {
        struct used_before *b = &used->before[i];
        if (b->tally != tally)
            continue;
        __atomic_store_n(&b->short_ns, b->short_ns + elapsed_ns, __ATOMIC_RELAXED);
        __atomic_store_n(&b->short_flops, b->short_flops + flops, __ATOMIC_RELAXED);
        return;
    }
}

static uint64_t less(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

static struct used_counts since(const struct used_before *b, const struct ledger_tally *tally)
{
    struct ledger_counts now;
    ledger_tally_read(tally, &now);
    return (struct used_counts){
        .flops = now.flops == UINT64_MAX ? now.flops : less(now.flops, b->flops), /* it stands for itself or more */
        .calls = less(now.calls, b->calls),
        .elapsed_ns = less(now.elapsed_ns, b->elapsed_ns),
        .timed_flops = less(now.timed_flops, b->timed_flops),
    };
}

bool used_read(const struct used *used, uint32_t place, struct used_counts *counts)
{
    const struct used_before *b = &used->before[place];
    const struct ledger_tally *tally = __atomic_load_n(&b->tally, __ATOMIC_ACQUIRE);
    *counts = !tally        ? (struct used_counts){0}
              : used->ended ? (struct used_counts){b->flops, b->calls, b->elapsed_ns, b->timed_flops}
                            : since(b, tally);
    return counts->flops || counts->calls;
}
