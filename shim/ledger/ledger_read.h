/* Reading a ledger: any process, any thread; used by the shim on its own ledger and by the flopshim program. */
#pragma once
#include "ledger.h"
#include <stdbool.h>
#include <stddef.h>

/* A ledger in memory, checked: every block lies inside size_bytes. */
struct ledger_view {
    const struct ledger_header *header;
    size_t size_bytes;
    bool doubtful; /* something was changed when it was read, or when its owner was killed, or is damaged: LEDGER_DOUBTFUL */
};

/* Is its summary written, or is it elsewhere by now? */
static inline bool ledger_is_over(const struct ledger_header *header)
{
    return header->writer == LEDGER_REMOVED || header->writer == LEDGER_MOVED;
}

/* The next block behind `block` (NULL: the first), or NULL. */
const struct ledger_block *ledger_next(const struct ledger_view *view, const struct ledger_block *block);

/* The string at an offset; "" where there is none. */
const char *ledger_string(const struct ledger_view *view, uint32_t offset);

/* The process record that a block belongs to; NULL in a ledger without any. */
const struct ledger_process *ledger_process_of(const struct ledger_view *view, const struct ledger_block *block);
/* The process of the first block, which made the ledger; NULL: there is none yet. */
const struct ledger_process *ledger_first_process(const struct ledger_view *view);

/* Times that change are kept as multiples of a prime above 255, and so is whether the first thread had a slot: no byte of them
 * can change without their ceasing to be such. */
#define LEDGER_TIME_UNIT 257u
#define LEDGER_HAD_MAIN (LEDGER_TIME_UNIT << 20)

static inline uint64_t ledger_time(uint64_t ns)
{
    return ns - ns % LEDGER_TIME_UNIT;
}

static inline bool ledger_time_is_sound(uint64_t time)
{
    return time % LEDGER_TIME_UNIT == 0;
}

struct ledger_counts {
    uint64_t calls;
    uint64_t flops;
    uint64_t elapsed_ns;
    uint64_t timed_flops;
    uint64_t nested_calls;
    uint64_t queries;
};

static inline bool ledger_is_query(uint32_t routine)
{
    return routine != UINT32_MAX && routine & LEDGER_QUERY;
}

/* A tally's numbers, also while its owner adds to them. False: they do not prove each other, because the owner was killed
 * between two stores, or the file was damaged; *counts is then the best reading. */
bool ledger_tally_read(const struct ledger_tally *tally, struct ledger_counts *counts);

/* What a grant's owner was allowed in all, or has spent, also while the owner changes it. */
wide ledger_grant_carried(const struct ledger_grant *grant, bool allowed);
static inline wide ledger_grant_sum(const struct ledger_grant *grant, bool allowed)
{
    uint64_t carries = __atomic_load_n(&grant->carries, __ATOMIC_ACQUIRE);
    uint64_t word = __atomic_load_n(allowed ? &grant->allowed_flops : &grant->spent_flops, __ATOMIC_ACQUIRE);
    if (__builtin_expect(!(carries | __atomic_load_n(&grant->carries, __ATOMIC_ACQUIRE)), 1))
        return word; /* as nearly always */
    return ledger_grant_carried(grant, allowed);
}
/* What it may still spend: a word. */
uint64_t ledger_grant_unused(const struct ledger_grant *grant);

/* UNFINISHED: it is being made another one, or its owner was killed over that; DAMAGED: likewise, or it is: both are to be left
 * out, so that their calls are those of shapes without a record. DOUBTFUL: the numbers do not prove each other. */
enum ledger_shape_state {
    LEDGER_SHAPE_UNUSED,
    LEDGER_SHAPE_UNFINISHED,
    LEDGER_SHAPE_DAMAGED,
    LEDGER_SHAPE_DOUBTFUL,
    LEDGER_SHAPE_SOUND
};

/* A shape, and its calls and FLOPs, also while its owner adds to it. */
enum ledger_shape_state ledger_shape_read(const struct ledger_shape *shape, struct ledger_shape *copy,
                                          struct ledger_counts *counts);

/* A call of the log, also while its owner changes it. False: there is none, or it is being changed, or damaged. A call's
 * namespace and operation are those of the tally that ledger_tally_at finds. */
bool ledger_call_read(const struct ledger_call *record, struct ledger_call *copy);
/* Its elapsed time; false: it has not ended. */
bool ledger_call_ended(const struct ledger_call *copy);
/* The tally at an offset, where one may lie there at all; else NULL. Its strings are to be read by ledger_string. */
const struct ledger_tally *ledger_tally_at(const struct ledger_view *view, uint32_t offset);
