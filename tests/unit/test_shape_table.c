/* The table of shapes against an exact count: random streams of many kinds, and each bound that shape_table.h states. */
#include "shape_table.h"
#include "ledger_seal.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS = 20000 };

struct exact {
    uint64_t calls, flops;
};

/* A table whose memory is here, which grows from 2 slots to `most`. */
struct bench {
    struct shape_table table;
    struct ledger_shape records[SHAPE_TABLE_MOST];
    uint64_t scratch[SHAPE_TABLE_MOST];
    uint32_t most;
    struct exact exact[KEYS], all;
};

static void resize(struct bench *b, uint32_t size)
{
    struct shape_slot *slots = calloc(size, sizeof *slots), *old = b->table.slots;
    uint16_t *buckets = calloc(size, sizeof *buckets), *old_buckets = b->table.buckets;
    for (uint32_t i = b->table.size; i < size; i++)
        slots[i].record = &b->records[i];
    shape_table_move(&b->table, slots, buckets, size);
    free(old);
    free(old_buckets);
}

static struct bench *make(uint32_t most)
{
    struct bench *b = calloc(1, sizeof *b);
    b->most = most;
    b->table = (struct shape_table){.scratch = b->scratch, .value_count = 2, .tally = 64, .names = 8};
    return b;
}

static void drop(struct bench *b)
{
    free(b->table.slots);
    free(b->table.buckets);
    free(b);
}

static void call(struct bench *b, uint32_t key, uint64_t cost)
{
    int64_t values[LEDGER_SHAPE_VALUES] = {key % 100, key / 100};
    uint32_t hash;
    struct shape_slot *slot = shape_table_find(&b->table, values, &hash);
    if (!slot) {
        if (b->table.used == b->table.size && b->table.size < b->most)
            resize(b, b->table.size ? 4 * b->table.size < b->most ? 4 * b->table.size : b->most : b->most < 2 ? b->most : 2);
        slot = shape_table_admit(&b->table, values, hash);
    }
    shape_table_add(slot->record, cost);
    b->exact[key].calls++;
    b->exact[key].flops += cost;
    b->all.calls++;
    b->all.flops += cost;
}

/* Every record holds no more than its shape had, and with what it says that it may lack no less; a shape without one had no
 * more than the table says; and that is no more than a q-th of everything. */
static void check(const struct bench *b, const char *what)
{
    static bool has_record[KEYS];
    uint64_t q = b->table.size / 4 + 1, sum_calls = 0, sum_flops = 0;
    memset(has_record, 0, sizeof has_record);
    for (uint32_t i = 0; i < b->table.used; i++) {
        const struct ledger_shape *r = &b->records[i];
        uint32_t key = (uint32_t)(r->values[1] * 100 + r->values[0]);
        const struct exact *exact = &b->exact[key];
        uint64_t calls = shape_table_calls(r);
        cr_assert(r->seal == ledger_seal_shape(r), "%s", what);
        cr_assert(!has_record[key], "%s: two records of shape %u", what, key);
        has_record[key] = true;
        cr_assert(calls <= exact->calls && r->flops <= exact->flops, "%s: too much of %u", what, key);
        cr_assert(exact->calls <= calls + r->missed_calls && exact->flops <= r->flops + r->missed_flops,
                  "%s: %u lacks more than %lu calls or %lu FLOPs", what, key, r->missed_calls, r->missed_flops);
        cr_assert(r->missed_calls <= b->table.missed_calls && r->missed_flops <= b->table.missed_flops);
        sum_calls += calls;
        sum_flops += r->flops;
    }
    for (uint32_t key = 0; key < KEYS; key++)
        cr_assert(has_record[key] ||
                      (b->exact[key].calls <= b->table.missed_calls && b->exact[key].flops <= b->table.missed_flops),
                  "%s: %u was lost, with %lu calls and %lu FLOPs", what, key, b->exact[key].calls, b->exact[key].flops);
    cr_assert(b->table.missed_calls <= b->all.calls / q, "%s: %lu of %lu calls", what, b->table.missed_calls, b->all.calls);
    cr_assert(b->table.missed_flops <= b->all.flops / q, "%s: %lu of %lu FLOPs", what, b->table.missed_flops, b->all.flops);
    cr_assert(sum_calls <= b->all.calls && sum_flops <= b->all.flops);
}

static uint64_t state;

static uint32_t random_below(uint32_t most)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((state >> 33) % most);
}

/* Skewed, as by Zipf's law: a random power of two, and a number below it. */
static uint32_t skewed(void)
{
    return random_below(1u << random_below(15)) % KEYS;
}

Test(shape_table, holds_its_bounds_on_random_streams)
{
    static const uint32_t sizes[] = {1, 2, 8, 32, 128, SHAPE_TABLE_MOST};
    for (uint32_t run = 0; run < 48; run++) {
        struct bench *b = make(sizes[run % 6]);
        state = run;
        for (uint32_t i = 1; i <= 60000; i++) {
            uint32_t key = run % 4 == 0 ? random_below(KEYS) : run % 4 == 1 ? skewed() : run % 4 == 2 ? i % 300 : i % KEYS;
            uint64_t cost = run % 3 == 0 ? 1 : run % 3 == 1 ? (uint64_t)key * key : random_below(1000);
            call(b, key, cost);
            if (i % 9973 == 0)
                check(b, "on the way");
        }
        check(b, "at the end");
        drop(b);
    }
}

Test(shape_table, of_no_more_shapes_than_fit_is_exact)
{
    struct bench *b = make(SHAPE_TABLE_MOST);
    for (uint32_t i = 0; i < 100000; i++)
        call(b, i % SHAPE_TABLE_MOST, i);
    check(b, "exact");
    cr_assert(b->table.used == SHAPE_TABLE_MOST && !b->table.missed_calls && !b->table.missed_flops);
    drop(b);
}

/* One shape has 1 call in 50, one most FLOPs in a single call; between them 19,000 others come in turn, once each. */
Test(shape_table, never_loses_what_is_hot_in_calls_or_in_flops)
{
    struct bench *b = make(SHAPE_TABLE_MOST);
    for (uint32_t i = 0; i < 19000; i++) {
        call(b, 10 + i, 100);
        if (i % 50 == 0)
            call(b, 1, 1);
        if (i == 9000)
            call(b, 2, 1000000);
    }
    check(b, "hot");
    uint64_t found[2] = {0};
    for (uint32_t i = 0; i < b->table.used; i++)
        for (int key = 1; key <= 2; key++)
            if (b->records[i].values[0] == key && !b->records[i].values[1])
                found[key - 1] = shape_table_calls(&b->records[i]);
    cr_expect(found[0] == 380, "%lu", found[0]);
    cr_expect(found[1] == 1, "%lu", found[1]);
    drop(b);
}

/* Another shape may take the record while the call is in progress; one that gave FLOPs back has no more credit than is left. */
Test(shape_table, survives_what_is_given_back)
{
    struct bench *b = make(8);
    for (uint32_t i = 0; i < 5000; i++) {
        call(b, i % 50, 1000);
        struct ledger_shape *r = b->table.slots[b->table.latest].record;
        r->flops -= 1000;
        r->check -= 1000;
        b->exact[i % 50].flops -= 1000;
        b->all.flops -= 1000;
    }
    cr_assert(b->table.missed_flops <= 1000 * b->all.calls);
    for (uint32_t i = 0; i < b->table.used; i++)
        cr_assert(b->records[i].flops == 0);
    drop(b);
}

Test(shape_table, saturates)
{
    struct ledger_shape r = {0};
    shape_table_add(&r, UINT64_MAX - 1);
    shape_table_add(&r, 5);
    cr_assert(r.flops == UINT64_MAX && shape_table_calls(&r) == 2);
}
