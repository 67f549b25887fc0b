/* Which shapes have records (shape_table.h). Others read the records at any time, so what they hold is stored in an order: a
 * seal of 0, the shape, its seal. */
#include "shape_table.h"
#include "ledger_seal.h"
#include "order.h"
#include <string.h>

#define KEPT_SHARE 4 /* at most one in so many keeps credit in calls, and likewise in FLOPs: half of all are free */

static uint32_t hash_of(const int64_t *values, uint32_t count)
{
    uint64_t h = count;
    for (uint32_t i = 0; i < count; i++) {
        h = (h ^ (uint64_t)values[i]) * UINT64_C(0x9e3779b97f4a7c15);
        h ^= h >> 32;
    }
    return (uint32_t)h;
}

static uint16_t *bucket_of(const struct shape_table *table, uint32_t hash)
{
    return &table->buckets[hash & (table->size - 1)];
}

struct shape_slot *shape_table_find(struct shape_table *table, const int64_t *values, uint32_t *key)
{
    uint32_t hash = *key = hash_of(values, table->value_count);
    if (!table->used)
        return NULL;
    for (uint32_t i = *bucket_of(table, hash); i; i = table->slots[i - 1].next) {
        struct shape_slot *slot = &table->slots[i - 1];
        if (slot->hash != hash || !shape_table_is_of(table, slot, values))
            continue;
        table->latest = i - 1;
        return slot;
    }
    return NULL;
}

static void link_slot(struct shape_table *table, uint32_t index)
{
    uint16_t *bucket = bucket_of(table, table->slots[index].hash);
    table->slots[index].next = *bucket;
    *bucket = (uint16_t)(index + 1);
}

static void unlink_slot(struct shape_table *table, uint32_t index)
{
    uint16_t *place = bucket_of(table, table->slots[index].hash);
    while (*place && *place != index + 1)
        place = &table->slots[*place - 1].next;
    if (*place)
        *place = table->slots[index].next;
}

/* ---- credit ---- */

uint64_t shape_table_calls(const struct ledger_shape *record)
{
    return (record->check - record->flops) / LEDGER_CALL_UNIT;
}

static uint64_t credit_calls(const struct shape_slot *slot)
{
    return shape_table_calls(slot->record) - slot->taken_calls;
}

/* A call that was given back takes its FLOPs along, which may have been taken already. */
static uint64_t credit_flops(const struct shape_slot *slot)
{
    uint64_t flops = slot->record->flops;
    return flops > slot->taken_flops ? flops - slot->taken_flops : 0;
}

static int descending(const void *left, const void *right, const void *context)
{
    const uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    (void)context;
    return a == b ? 0 : a > b ? -1 : 1;
}

/* What at most every KEPT_SHAREth slot has more credit than. */
static uint64_t share_to_take(struct shape_table *table, uint64_t (*credit)(const struct shape_slot *))
{
    for (uint32_t i = 0; i < table->size; i++)
        table->scratch[i] = credit(&table->slots[i]);
    order_sort(table->scratch, table->size, sizeof *table->scratch, descending, NULL);
    return table->scratch[table->size / KEPT_SHARE];
}

static uint64_t sum_of(uint64_t a, uint64_t b)
{
    return a + b < b ? UINT64_MAX : a + b;
}

static void purge(struct shape_table *table)
{
    uint64_t calls = share_to_take(table, credit_calls), flops = share_to_take(table, credit_flops);
    for (uint32_t i = 0; i < table->size; i++) {
        struct shape_slot *slot = &table->slots[i];
        uint64_t own_calls = credit_calls(slot), own_flops = credit_flops(slot);
        slot->taken_calls += own_calls < calls ? own_calls : calls;
        slot->taken_flops = slot->record->flops - (own_flops < flops ? 0 : own_flops - flops);
    }
    table->missed_calls = sum_of(table->missed_calls, calls);
    table->missed_flops = sum_of(table->missed_flops, flops);
}

static uint32_t find_without_credit(struct shape_table *table)
{
    for (;;) {
        for (uint32_t tried = 0; tried < table->size; tried++) {
            uint32_t index = table->hand;
            table->hand = (index + 1) & (table->size - 1);
            if (!credit_calls(&table->slots[index]) && !credit_flops(&table->slots[index]))
                return index;
        }
        purge(table);
    }
}

/* ---- records ---- */

static void fill(const struct shape_table *table, struct ledger_shape *record, const int64_t *values)
{
    struct ledger_shape fresh = {.tally = table->tally,
                                 .tally_again = ~table->tally,
                                 .names = table->names,
                                 .missed_calls = table->missed_calls,
                                 .missed_flops = table->missed_flops};
    memcpy(fresh.values, values, sizeof fresh.values);
    fresh.seal = ledger_seal_shape(&fresh);
    ledger_replace(record, &fresh, sizeof fresh);
}

struct shape_slot *shape_table_admit(struct shape_table *table, const int64_t *values, uint32_t hash)
{
    bool is_new = table->used < table->size;
    uint32_t index = is_new ? table->used++ : find_without_credit(table);
    struct shape_slot *slot = &table->slots[index];
    if (!is_new)
        unlink_slot(table, index);
    fill(table, slot->record, values);
    slot->taken_calls = slot->taken_flops = 0;
    slot->hash = hash;
    link_slot(table, index);
    table->latest = index;
    return slot;
}

void shape_table_move(struct shape_table *table, struct shape_slot *slots, uint16_t *buckets, uint32_t size)
{
    for (uint32_t i = 0; i < table->size; i++)
        slots[i] = table->slots[i];
    table->slots = slots;
    table->buckets = buckets;
    table->size = size;
    for (uint32_t i = 0; i < table->used; i++)
        link_slot(table, i);
}
