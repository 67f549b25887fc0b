/* From where calls come (callers.h). Names are interned under shim_lock, once for each place; an address that was looked up is
 * one comparison. */
#include "callers.h"
#include "build_id.h"
#include "ledger_append.h"
#include "ledger_file.h"
#include "ledger_self.h"
#include "lock.h"
#include "objects.h"
#include "origin.h"
#include "pages.h"
#include "shapes.h"
#include "unload.h"
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#define PLACES 256 /* powers of two */
#define TEXTS 64
#define OBJECTS 32
#define PATH_BYTES 1000

struct place {
    uintptr_t address;
    int64_t values[LEDGER_CALLER_ADDRESS + 1];
};

struct object_known {
    uintptr_t start, bias;
    uint32_t path, build;
};

struct callers_known {
    struct place places[PLACES];
    struct object_known objects[OBJECTS];
    uint32_t texts[TEXTS];
    uint32_t next_object;
    unsigned unloads; /* when this was known */
    uintptr_t frame;  /* of what is changing it; 0: nothing */
    bool is_left;     /* by a fork's child: texts are of its parent's ledger */
};

static struct callers_known *known_of(struct thread *t)
{
    unsigned unloads = unload_count();
    if (!t->known && (t->known = pages_get(sizeof *t->known)) != NULL)
        t->known->unloads = unloads;
    if (t->known && t->known->unloads != unloads) {
        memset(t->known->places, 0, sizeof t->known->places);
        memset(t->known->objects, 0, sizeof t->known->objects);
        t->known->unloads = unloads;
    }
    return t->known;
}

static uint32_t intern(const char *text)
{
    shim_lock();
    uint32_t name = shapes_have_room() ? ledger_intern(text) : 0;
    shim_unlock();
    return name;
}

/* ---- objects ---- */

static uint32_t intern_path(const char *path)
{
    char program[PATH_BYTES];
    if (*path)
        return intern(path);
    ssize_t length = origin_is_confined() ? -1 : readlink("/proc/self/exe", program, sizeof program - 1);
    const struct ledger_process *self = ledger_process; /* none in a child that a handler has forked meanwhile */
    if (length <= 0 || length == sizeof program - 1)
        return self ? intern(self->program) : 0;
    program[length] = 0;
    return intern(program);
}

static const struct object_known *find_object(struct callers_known *known, uintptr_t start, uintptr_t end, const char *path)
{
    char build[2 * BUILD_ID_BYTES + 1];
    for (size_t i = 0; i < OBJECTS; i++)
        if (known->objects[i].start == start)
            return &known->objects[i];
    struct object_known *object = &known->objects[known->next_object];
    known->next_object = (known->next_object + 1) % OBJECTS;
    object->bias = build_id_read(start, end, build);
    object->path = intern_path(path);
    object->build = intern(build);
    object->start = start;
    return object;
}

/* Code that was made at run time lies in no object, and where it lies means nothing afterwards. */
static struct place look_up(struct callers_known *known, uintptr_t address)
{
    uintptr_t start, end;
    const char *path;
    struct place place = {.address = address};
    if (!object_at(address, &start, &end, &path))
        return place;
    const struct object_known *object = find_object(known, start, end, path);
    if (!object->path)
        return place;
    place.values[LEDGER_CALLER_OBJECT] = object->path;
    place.values[LEDGER_CALLER_BUILD] = object->build;
    place.values[LEDGER_CALLER_ADDRESS] = (int64_t)(address - object->bias);
    return place;
}

void callers_native(struct thread *t, uintptr_t address, int64_t values[LEDGER_CALLER_VALUES])
{
    struct callers_known *known = known_of(t);
    memset(values, 0, LEDGER_CALLER_VALUES * sizeof *values);
    if (!known || known->frame)
        return;
    known->frame = (uintptr_t)__builtin_frame_address(0);
    atomic_signal_fence(memory_order_seq_cst);
    struct place *place = &known->places[((uint32_t)address * 0x9e3779b1u) >> 24];
    if (place->address != address)
        *place = look_up(known, address);
    memcpy(values, place->values, sizeof place->values);
    atomic_signal_fence(memory_order_seq_cst);
    known->frame = 0;
}

void callers_abandon(struct thread *t, uintptr_t to)
{
    if (t->known && t->known->frame && to > t->known->frame)
        t->known->frame = 0;
}

void callers_leave(struct thread *t)
{
    if (t->known)
        t->known->is_left = true;
}

/* ---- scripts ---- */

static uint32_t text_of(struct callers_known *known, const char *text)
{
    const char *strings = (const char *)ledger; /* in a child that a handler forks from here on, a copy is there */
    atomic_signal_fence(memory_order_seq_cst);
    if (known->is_left)
        return 0;
    uint32_t hash = 2166136261u;
    for (const char *c = text; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619u;
    uint32_t *name = &known->texts[(hash ^ hash >> 16) % TEXTS];
    if (!*name || strcmp(strings + *name, text) != 0)
        *name = intern(text);
    return *name;
}

bool callers_script(struct thread *t, const char *file, int line, const char *function, int64_t values[LEDGER_CALLER_VALUES])
{
    struct callers_known *known = known_of(t);
    uint32_t file_name = known ? text_of(known, file) : 0, function_name = file_name ? text_of(known, function) : 0;
    if (!function_name)
        return false;
    memset(values, 0, LEDGER_CALLER_VALUES * sizeof *values);
    values[LEDGER_CALLER_FILE] = file_name;
    values[LEDGER_CALLER_LINE] = line;
    values[LEDGER_CALLER_FUNCTION] = function_name;
    return true;
}
