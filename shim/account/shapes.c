/* The shapes and callers of a thread's calls (shapes.h). Memory is from mmap, as that of all tables of a thread, and is never
 * given back: a thread that takes the slot over goes on with it. */
#include "shapes.h"
#include "cost.h"
#include "ledger_append.h"
#include "ledger_file.h"
#include "local.h"
#include "lock.h"
#include "pages.h"
#include "shape_table.h"
#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#define FIRST_SHAPES 2u
#define GROWTH 4u
#define FIRST_RECORDS 31
#define MORE_RECORDS 255
#define FIRST_BUCKETS 256u
#define CHUNK_BYTES ((size_t)64 << 10)
#define NAMES_BYTES 256
/* Beyond a quarter of the ledger the tables grow no more, so that there is room for what must not be missing. */
#define ROOM_BYTES (LEDGER_MAX_BYTES / 4)

_Static_assert(LEDGER_SHAPE_VALUES == COST_DIMS_MOST && (int)LEDGER_CALLER_VALUES <= LEDGER_SHAPE_VALUES,
               "each fits its record");

struct tally_shapes {
    struct shape_table table;
    const struct ledger_tally *tally;
    const uint8_t *dims, *options; /* places; NULL: the values are given as a record has them */
    uint32_t dim_count;
    struct tally_shapes *next; /* of its bucket */
};

struct thread_shapes {
    enum ledger_kind kind;
    uint32_t owner;                       /* slot of the thread */
    struct tally_shapes *hot[THREAD_HOT]; /* by id of the routine */
    struct tally_shapes **buckets;
    uint32_t bucket_count;
    uint32_t table_count;
    uintptr_t frame; /* of the call that is being recorded; 0: none */
    bool is_left;    /* by a fork's child, whose call in progress was its parent's */
    char *chunk;     /* memory that is left */
    size_t chunk_bytes;
    struct ledger_block *block; /* records that are left */
    uint64_t scratch[SHAPE_TABLE_MOST];
};

static bool is_full; /* no table grows any more */

static bool no_room(const struct thread_shapes *s)
{
    return __atomic_load_n(&is_full, __ATOMIC_RELAXED) || s->is_left;
}

static void set_full(bool full)
{
    __atomic_store_n(&is_full, full, __ATOMIC_RELAXED);
}

static void *take(struct thread_shapes *s, size_t bytes)
{
    bytes = (bytes + 15) & ~(size_t)15;
    if (bytes > s->chunk_bytes) {
        s->chunk = pages_get(CHUNK_BYTES);
        s->chunk_bytes = s->chunk ? CHUNK_BYTES : 0;
    }
    if (bytes > s->chunk_bytes)
        return NULL;
    void *memory = s->chunk;
    s->chunk += bytes;
    s->chunk_bytes -= bytes;
    return memory;
}

/* ---- making tables, and making them larger: under shim_lock ---- */

static struct ledger_shape *make_record(struct thread_shapes *s)
{
    static const struct ledger_shape unused;
    if (!s->block || s->block->count == s->block->capacity)
        s->block = ledger_add_block(s->kind, sizeof unused, s->block ? MORE_RECORDS : FIRST_RECORDS, s->owner);
    return s->block ? ledger_append(s->block, &unused) : NULL;
}

static bool grow(struct thread_shapes *s, struct shape_table *table)
{
    uint32_t size = table->size ? table->size * GROWTH : FIRST_SHAPES;
    size = size < SHAPE_TABLE_MOST ? size : SHAPE_TABLE_MOST;
    if (!shapes_have_room())
        return false;
    struct shape_slot *slots = take(s, size * sizeof *slots);
    uint16_t *buckets = slots ? take(s, size * sizeof *buckets) : NULL;
    if (!buckets)
        return false;
    for (uint32_t i = table->size; i < size; i++)
        if (!(slots[i].record = make_record(s)))
            return false;
    shape_table_move(table, slots, buckets, size);
    return true;
}

/* As a ledger's record has them. */
static uint32_t name_values(const struct cost_dims *dims, const struct cost_dims *options)
{
    char names[NAMES_BYTES] = "";
    char *end = names;
    for (uint32_t i = 0; i < dims->count + options->count; i++) {
        const char *name = i < dims->count ? dims->names[i] : options->names[i - dims->count];
        if (strlen(name) + 2 > (size_t)(names + sizeof names - end))
            return 0;
        if (i)
            *end++ = i == dims->count ? '|' : ' ';
        else if (!dims->count)
            *end++ = '|';
        end = stpcpy(end, name);
    }
    return ledger_intern(names);
}

uint32_t shapes_names(uint32_t routine)
{
    struct cost_dims dims = cost_dims(cost_routine_of(routine)), options = cost_options(cost_routine_of(routine));
    return name_values(&dims, &options);
}

static struct tally_shapes **bucket_of(const struct thread_shapes *s, const struct ledger_tally *tally)
{
    uint64_t h = ((uintptr_t)tally >> 6) * UINT64_C(0x9e3779b97f4a7c15);
    return &s->buckets[(h >> 32) & (s->bucket_count - 1)];
}

static bool make_buckets(struct thread_shapes *s)
{
    uint32_t old_count = s->bucket_count, count = old_count ? 2 * old_count : FIRST_BUCKETS;
    struct tally_shapes **old = s->buckets, **fresh = pages_get(count * sizeof *fresh);
    if (!fresh)
        return old_count;
    s->buckets = fresh;
    s->bucket_count = count;
    for (uint32_t i = 0; i < old_count; i++)
        for (struct tally_shapes *shapes = old[i], *next; shapes; shapes = next) {
            next = shapes->next;
            shapes->next = *bucket_of(s, shapes->tally);
            *bucket_of(s, shapes->tally) = shapes;
        }
    pages_free(old, old_count * sizeof *old);
    return true;
}

/* False: there is no room for the names. */
static bool describe_shape(struct tally_shapes *shapes)
{
    const struct cost_routine *routine = cost_routine_of(shapes->tally->routine);
    struct cost_dims dims = cost_dims(routine), options = cost_options(routine);
    shapes->dims = dims.places;
    shapes->options = options.places;
    shapes->dim_count = dims.count;
    shapes->table.value_count = dims.count + options.count;
    shapes->table.names = shapes_names(shapes->tally->routine);
    return shapes->table.names || !shapes->table.value_count;
}

static struct tally_shapes *make_table(struct thread_shapes *s, const struct ledger_tally *tally)
{
    struct tally_shapes *shapes = take(s, sizeof *shapes);
    if (!shapes)
        return NULL;
    *shapes = (struct tally_shapes){.tally = tally};
    shapes->table = (struct shape_table){.scratch = s->scratch,
                                         .value_count = LEDGER_CALLER_VALUES,
                                         .tally = (uint32_t)((const char *)tally - (const char *)ledger)};
    if ((s->kind != LEDGER_SHAPES || describe_shape(shapes)) && grow(s, &shapes->table)) {
        struct tally_shapes **bucket = bucket_of(s, tally);
        shapes->next = *bucket;
        *bucket = shapes;
        s->table_count++;
        return shapes;
    }
    return NULL;
}

static struct tally_shapes *make_table_in(struct thread_shapes *s, const struct ledger_tally *tally)
{
    bool has_buckets = s->table_count < s->bucket_count || make_buckets(s);
    return has_buckets ? make_table(s, tally) : NULL;
}

/* ---- finding them ---- */

static struct tally_shapes *find_table(const struct thread_shapes *s, const struct ledger_tally *tally)
{
    struct tally_shapes *shapes = s->bucket_count ? *bucket_of(s, tally) : NULL;
    while (shapes && shapes->tally != tally)
        shapes = shapes->next;
    return shapes;
}

static __attribute__((noinline)) struct tally_shapes *find_or_make_table(struct thread_shapes *s,
                                                                         const struct ledger_tally *tally)
{
    struct tally_shapes *shapes = find_table(s, tally);
    if (!shapes && !no_room(s)) {
        shim_lock();
        if (!s->is_left)
            set_full(!(shapes = make_table_in(s, tally)));
        shim_unlock();
    }
    if (shapes)
        s->hot[tally->routine % THREAD_HOT] = shapes;
    return shapes;
}

static inline __attribute__((always_inline)) struct tally_shapes *table_of(struct thread_shapes *s,
                                                                           const struct ledger_tally *tally)
{
    struct tally_shapes *shapes = s->hot[tally->routine % THREAD_HOT];
    return __builtin_expect(shapes && shapes->tally == tally, 1) ? shapes : find_or_make_table(s, tally);
}

static struct shape_slot *admit(struct thread_shapes *s, struct shape_table *table, const int64_t *values, uint32_t hash)
{
    if (table->used == table->size && table->size < SHAPE_TABLE_MOST && !no_room(s)) {
        shim_lock();
        if (!s->is_left)
            set_full(!grow(s, table));
        shim_unlock();
    }
    return shape_table_admit(table, values, hash);
}

/* This and what it is called by is compiled for each kind: shapes are to be cheap enough to leave on. kind: that of s. */
static inline __attribute__((always_inline)) struct shape_place
record(struct thread_shapes *s, enum ledger_kind kind, struct tally_shapes *shapes, uint64_t cost, const int64_t *given)
{
    struct shape_table *table = &shapes->table;
    int64_t values[LEDGER_SHAPE_VALUES] = {0};
    uint32_t i = 0;
    if (kind == LEDGER_SHAPES) {
        for (; i < shapes->dim_count; i++)
            values[i] = given[shapes->dims[i]];
        for (; i < table->value_count; i++)
            values[i] = given[shapes->options[i - shapes->dim_count]];
    } else {
        memcpy(values, given, LEDGER_CALLER_VALUES * sizeof *values);
    }
    struct shape_slot *slot = &table->slots[table->latest];
    if (!table->used || !shape_table_is_of(table, slot, values)) {
        uint32_t hash;
        slot = shape_table_find(table, values, &hash);
        if (!slot)
            slot = admit(s, table, values, hash);
    }
    shape_table_add(slot->record, cost);
    return (struct shape_place){slot->record, slot->record->seal};
}

static inline __attribute__((always_inline)) struct shape_place
count(struct thread_shapes *s, enum ledger_kind kind, const struct ledger_tally *tally, uint64_t cost, const int64_t *given)
{
    struct shape_place place = {0};
    int saved = errno;
    if (!s || s->frame)
        return place;
    s->frame = (uintptr_t)__builtin_frame_address(0);
    atomic_signal_fence(memory_order_seq_cst);
    struct tally_shapes *shapes = table_of(s, tally);
    if (shapes)
        place = record(s, kind, shapes, cost, given);
    atomic_signal_fence(memory_order_seq_cst);
    s->frame = 0;
    errno = saved;
    return place;
}

static struct thread_shapes *make(const struct thread *t, enum ledger_kind kind)
{
    struct thread_shapes *s = pages_get(sizeof *s);
    if (s) {
        s->kind = kind;
        s->owner = t->slot;
    }
    return s;
}

struct shape_place shapes_count(struct thread *t, const struct ledger_tally *tally, uint64_t cost, const int64_t *shape)
{
    if (tally->routine >= LEDGER_QUERY)
        return (struct shape_place){0}; /* "(other)" */
    if (!t->shapes)
        t->shapes = make(t, LEDGER_SHAPES);
    return count(t->shapes, LEDGER_SHAPES, tally, cost, shape);
}

struct shape_place shapes_count_caller(struct thread *t, const struct ledger_tally *tally, uint64_t cost, const int64_t *caller)
{
    if (!t->callers)
        t->callers = make(t, LEDGER_CALLERS);
    return count(t->callers, LEDGER_CALLERS, tally, cost, caller);
}

void shapes_refund(struct shape_place place, uint64_t cost)
{
    struct ledger_shape *shape = place.record;
    if (!shape || shape->seal != place.seal)
        return; /* not recorded, or another shape's record now */
    local_add(&shape->flops, -cost);
    local_add(&shape->check, -cost);
}

static void abandon(struct thread_shapes *s, uintptr_t to)
{
    if (s && s->frame && to > s->frame)
        s->frame = 0;
}

void shapes_abandon(struct thread *t, uintptr_t to)
{
    abandon(t->shapes, to);
    abandon(t->callers, to);
}

void shapes_leave(struct thread *t)
{
    if (t->shapes)
        t->shapes->is_left = true;
    if (t->callers)
        t->callers->is_left = true;
}

bool shapes_have_room(void)
{
    return ledger_has_room() && ledger_bytes() <= ROOM_BYTES;
}

void shapes_forget(void)
{
    set_full(false);
}
