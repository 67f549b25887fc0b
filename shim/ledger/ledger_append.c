/* The writing half of the ledger: hands out blocks, records and strings. Everything here is under shim_lock. */
#include "ledger_append.h"
#include "ledger_file.h"
#include "ledger_lock.h"
#include "ledger_seal.h"
#include "ledger_self.h"
#include "pages.h"
#include <string.h>

#define STRING_BLOCK 4032

static uint32_t *names; /* interned strings, open-addressed by hash; offsets in the ledger */
static uint32_t names_size, names_used;
static struct ledger_block *string_block;
static struct ledger_block *small_blocks[LEDGER_KINDS];

uint64_t ledger_tick(void)
{
    return __atomic_fetch_add(&ledger->use_clock, 1, __ATOMIC_RELAXED);
}

/* What goes on in memory does not begin in the file: an empty block up to its end. */
static void fill(size_t start, size_t end)
{
    struct ledger_block *block = (struct ledger_block *)((char *)ledger + start);
    *block = (struct ledger_block){.kind = LEDGER_STRINGS,
                                   .record_bytes = 1,
                                   .capacity = (uint32_t)(end - start - sizeof *block),
                                   .process = (uint32_t)((char *)ledger_process - (char *)ledger)};
    block->seal = ledger_seal_block(block);
}

static struct ledger_block *append(enum ledger_kind kind, uint32_t record_bytes, uint32_t capacity, uint32_t owner)
{
    size_t start = ledger_bytes();
    size_t bytes = (sizeof(struct ledger_block) + (size_t)record_bytes * capacity + 63) & ~(size_t)63;
    if (!ledger_grow(start + bytes))
        return NULL;
    if (start < ledger_file_end()) {
        fill(start, ledger_file_end());
        start = ledger_file_end();
        if (!ledger_grow(start + bytes))
            return NULL;
    }
    struct ledger_block *block = (struct ledger_block *)((char *)ledger + start);
    size_t process = ledger_process ? (size_t)((char *)ledger_process - (char *)ledger) : start + sizeof *block;
    *block = (struct ledger_block){
        .kind = kind, .record_bytes = record_bytes, .capacity = capacity, .owner = owner, .process = (uint32_t)process};
    block->seal = ledger_seal_block(block);
    ledger_set_bytes(start + bytes);
    return block;
}

struct ledger_block *ledger_add_block(enum ledger_kind kind, uint32_t record_bytes, uint32_t capacity, uint32_t owner)
{
    if (!ledger || !ledger_lock())
        return NULL;
    struct ledger_block *block = append(kind, record_bytes, capacity, owner);
    ledger_unlock();
    return block;
}

void *ledger_append(struct ledger_block *block, const void *record)
{
    void *place = (char *)(block + 1) + (size_t)block->record_bytes * block->count;
    memcpy(place, record, block->record_bytes);
    __atomic_store_n(&block->count, block->count + 1, __ATOMIC_RELEASE);
    __atomic_store_n(&block->seal, ledger_seal_record(block->seal, block->kind, place), __ATOMIC_RELEASE);
    return place;
}

void *ledger_add(enum ledger_kind kind, const void *record, uint32_t record_bytes)
{
    struct ledger_block *block = small_blocks[kind];
    if (!block || block->count == block->capacity) {
        block = ledger_add_block(kind, record_bytes,
                                 kind == LEDGER_PROCESSES   ? 1
                                 : kind == LEDGER_PROVIDERS ? 7
                                 : block                    ? 63
                                                            : 15,
                                 0);
        if (!block)
            return NULL;
        small_blocks[kind] = block;
    }
    return ledger_append(block, record);
}

/* ---- strings ---- */

static uint32_t hash_of(const char *text)
{
    uint32_t h = 2166136261u;
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 16777619u;
    return h;
}

static uint32_t *place_of(const char *text)
{
    uint32_t i = hash_of(text) & (names_size - 1);
    while (names[i] && strcmp((char *)ledger + names[i], text) != 0)
        i = (i + 1) & (names_size - 1);
    return &names[i];
}

static bool make_room_for_name(void)
{
    if (names_used * 2 < names_size)
        return true;
    uint32_t size = names_size ? names_size * 2 : 1024;
    uint32_t *old = names;
    uint32_t old_size = names_size;
    uint32_t *fresh = pages_get(size * sizeof *fresh);
    if (!fresh)
        return false;
    names = fresh;
    names_size = size;
    for (uint32_t i = 0; i < old_size; i++)
        if (old[i])
            *place_of((char *)ledger + old[i]) = old[i];
    pages_free(old, old_size * sizeof *old);
    return true;
}

static uint64_t seal_string(uint64_t sum, const char *text, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        sum = ledger_seal_record(sum, LEDGER_STRINGS, text + i);
    return sum;
}

uint32_t ledger_intern(const char *text)
{
    size_t bytes = strlen(text) + 1;
    if (!ledger || bytes == 1 || bytes > STRING_BLOCK || !make_room_for_name())
        return 0;
    uint32_t *place = place_of(text);
    if (*place)
        return *place;
    if (!string_block || string_block->capacity - string_block->count < bytes) {
        /* A process always finds room for its first names. */
        bool wanted = ledger_has_room() || !string_block;
        struct ledger_block *fresh = wanted ? ledger_add_block(LEDGER_STRINGS, 1, STRING_BLOCK, 0) : NULL;
        if (!fresh)
            return 0;
        string_block = fresh;
    }
    char *record = (char *)(string_block + 1) + string_block->count;
    memcpy(record, text, bytes);
    __atomic_store_n(&string_block->count, string_block->count + (uint32_t)bytes, __ATOMIC_RELEASE);
    __atomic_store_n(&string_block->seal, seal_string(string_block->seal, record, bytes), __ATOMIC_RELEASE);
    *place = (uint32_t)(record - (char *)ledger);
    names_used++;
    return *place;
}

/* ---- in a child process ---- */

void ledger_forget_process(bool in_call)
{
    ledger_process = NULL;
    string_block = NULL;
    memset(small_blocks, 0, sizeof small_blocks);
    if (ledger && ledger->scope == LEDGER_SCOPE_TREE) {
        if (in_call)
            ledger_join_anew();
        return;
    }
    ledger_leave(in_call);
    pages_free(names, names_size * sizeof *names);
    names = NULL;
    names_size = names_used = 0;
}
