/* The shapes of one routine in one namespace and thread: a table of bounded size of records in the ledger, and which shapes
 * keep theirs when there are more than that.
 *
 * The algorithm is that of Misra and Gries (1982), which takes from all counters at once what it needs to free some, as in
 * Anderson et al. (2017), here for calls and FLOPs together: a shape has credit in both, and loses its record to another shape
 * only when it has none in either. With room for n shapes, of C calls and F FLOPs in all, and q = n/4 + 1:
 *
 *   - a shape that had more than C/q of the calls, or more than F/q of the FLOPs, has a record;
 *   - no record lacks more than C/q calls, nor more than F/q FLOPs, of its shape's (those before it had the record), and what a
 *     record holds is never too much;
 *   - each record says how much it may lack, and the latest one made says what a shape without a record may have had.
 *
 * Nothing is looked for or taken where a shape has its record: a hash, a comparison, two additions. Memory is the caller's; no
 * lock, no system call. */
#pragma once
#include "ledger.h"
#include "local.h"
#include <stdint.h>

enum { SHAPE_TABLE_MOST = 256 };

struct shape_slot {
    struct ledger_shape *record;
    uint64_t taken_calls; /* of the record's numbers: the rest is credit */
    uint64_t taken_flops;
    uint32_t hash;
    uint16_t next; /* of its bucket: index + 1, or 0 */
};

struct shape_table {
    struct shape_slot *slots; /* `size` of them, a power of two or 0, each with a record */
    uint16_t *buckets;        /* as many */
    uint64_t *scratch;        /* SHAPE_TABLE_MOST numbers, which tables of a thread share */
    uint32_t size;
    uint32_t used;
    uint32_t hand;        /* where a slot without credit is looked for next */
    uint32_t latest;      /* that was found or made */
    uint32_t value_count; /* of a shape */
    uint32_t tally;       /* what its records have in these fields */
    uint32_t names;
    uint64_t missed_calls; /* a shape without a record had at most so many calls, and FLOPs */
    uint64_t missed_flops;
};

/* values: LEDGER_SHAPE_VALUES, those beyond value_count 0. */
static inline bool shape_table_is_of(const struct shape_table *table, const struct shape_slot *slot, const int64_t *values)
{
    for (uint32_t i = 0; i < table->value_count; i++)
        if (slot->record->values[i] != values[i])
            return false;
    return true;
}

/* The slot of a shape, or NULL, and its hash. */
struct shape_slot *shape_table_find(struct shape_table *table, const int64_t *values, uint32_t *hash);
/* A slot for a shape that has none. size is not 0; no slot's record may change meanwhile. */
struct shape_slot *shape_table_admit(struct shape_table *table, const int64_t *values, uint32_t hash);
/* Use more memory, with the records of new slots in them. The table's old slots are copied. */
void shape_table_move(struct shape_table *table, struct shape_slot *slots, uint16_t *buckets, uint32_t size);

/* A call more in a record. Saturates as a tally. */
static inline void shape_table_add(struct ledger_shape *record, uint64_t cost)
{
    uint64_t grown = local_add_saturating(&record->flops, cost);
    local_add(&record->check, grown + LEDGER_CALL_UNIT);
}

uint64_t shape_table_calls(const struct ledger_shape *record);
