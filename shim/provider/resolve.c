/* Finds the provider of a symbol for a caller, as the loader would have without the shim: the five steps of the resolver.
 * The only file that calls dlsym. The loader is called with no lock of ours held; what RTLD_NEXT can tell at start is read
 * from the objects' own tables, because a dlsym at a program's first call can meet another thread inside dlopen. */
#include "resolve.h"
#include "definition.h"
#include "hide.h"
#include "ledger.h"
#include "message.h"
#include "moved_find.h"
#include "noted.h"
#include "objects.h"
#include "pages.h"
#include "signals.h"
#include "symbols.h"
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHORTEST 4 /* of a name that others begin with */

void *(*forward_dlsym)(void *, const char *)__attribute__((visibility("hidden")));

/* The objects behind the shim that were there at start, in load order; dynamic NULL: it was unloaded. */
static struct object start_objects[OBJECTS_MAX];
static size_t start_count;

/* ---- small pieces ---- */

bool forward_in_shim(const void *address)
{
    uintptr_t start, end, mine, mine_end;
    const char *path;
    return object_at((uintptr_t)address, &start, &end, &path) &&
           object_at((uintptr_t)&forward_dlsym, &mine, &mine_end, &path) && start == mine;
}

/* Names are found before a sanitizer is ready, by dlsym: no library function, nothing instrumented. */
#define UNSANITIZED __attribute__((no_sanitize("address", "thread", "undefined")))
#define HASH_START 5381

UNSANITIZED static uint32_t hash_with(uint32_t hash, char c)
{
    return hash * 33 + (unsigned char)c;
}

typedef uint32_t unaligned __attribute__((aligned(1), may_alias));

/* The first four letters of a name, zeros behind its end. */
UNSANITIZED static inline uint32_t first_letters(const char *name)
{
    uint32_t letters = 0;
    for (unsigned i = 0; i < 4 && name[i]; i++)
        letters |= (uint32_t)(unsigned char)name[i] << 8 * i;
    return letters;
}

/* The same of a name in a table of an object's, behind whose end a page may be read: at once. */
UNSANITIZED static inline uint32_t first_letters_in_table(const char *name)
{
    if (((uintptr_t)name & 4095) > 4092)
        return first_letters(name);
    uint32_t letters = *(const unaligned *)name;
    uint32_t zeros = (letters - 0x01010101) & ~letters & 0x80808080;
    return zeros ? letters & (((zeros & -zeros) >> 7) - 1) : letters;
}

/* Most names that are asked about are the C library's or an interpreter's, and hardly any name of ours begins with the same
 * four letters (beginnings of gen_wrappers.py). */
UNSANITIZED static inline bool is_beginning(uint32_t letters)
{
    uint32_t bit = letters * UINT32_C(0x9e3779b1) >> 17;
    return forward_beginnings[bit >> 3] >> (bit & 7) & 1;
}

bool forward_may_be(const char *name)
{
    return is_beginning(first_letters_in_table(name));
}

/* The symbol whose name are these many bytes. */
UNSANITIZED static int64_t seek_symbol(uint32_t hash, const char *name, size_t length)
{
    for (hash &= FORWARD_HASH_SIZE - 1; forward_hash[hash]; hash = (hash + 1) & (FORWARD_HASH_SIZE - 1)) {
        const char *known = forward_names + forward_symbols[forward_hash[hash] - 1].name;
        size_t i = 0;
        while (i < length && known[i] == name[i])
            i++;
        if (i == length && !known[i])
            return forward_hash[hash] - 1;
    }
    return -1;
}

UNSANITIZED static int64_t symbol_of(const char *name)
{
    uint32_t hash = HASH_START;
    size_t length = 0;
    while (name[length])
        hash = hash_with(hash, name[length++]);
    return seek_symbol(hash, name, length);
}

UNSANITIZED int64_t forward_symbol(const char *name)
{
    return is_beginning(first_letters(name)) ? symbol_of(name) : -1;
}

/* A place of the table that nobody has looked at is a cache line from memory, so beginnings are sought only of what is no name
 * itself. */
int64_t forward_symbol_or_beginning(const char *name, size_t *beginning)
{
    uint32_t hash = HASH_START;
    int64_t symbol = symbol_of(name);
    *beginning = 0;
    if (symbol >= 0)
        return symbol;
    for (size_t length = 0; name[length]; hash = hash_with(hash, name[length++]))
        if ((name[length] == '_' || (length && name[length - 1] == '_')) && length >= SHORTEST &&
            seek_symbol(hash, name, length) >= 0)
            *beginning = length;
    return -1;
}

bool forward_fortran(const char *name, char spelling[FORWARD_SPELLING])
{
    size_t i = 0;
    if (strchr(name, '_') || strlen(name) + 2 > FORWARD_SPELLING)
        return false;
    for (; name[i]; i++)
        spelling[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] + 32 : name[i]);
    memcpy(spelling + i, "_", 2);
    return true;
}

/* Without a handler in between, as in objects_each. */
static void *ask_loader(void *handle, const char *name)
{
    forward_start(); /* a call may come while another thread starts the shim */
    uint64_t before = signals_hold_handlers();
    void *found = forward_dlsym(handle, name);
    signals_release_handlers(before);
    return found;
}

void *forward_lookup(void *handle, const char *name)
{
    void *found = ask_loader(handle, name);
    return found && forward_in_shim(found) ? NULL : found;
}

void *forward_next(const char *name)
{
    void *found = ask_loader(RTLD_NEXT, name);
    return found ? found : moved_find(name); /* dlclose, where the program was started without libdl */
}

__attribute__((no_sanitize("address", "thread", "undefined"))) void forward_start(void)
{
    if (forward_dlsym)
        return;
    __typeof__(&dlvsym) by_version = MOVED_FIND(dlvsym);
    void *found = by_version ? by_version(RTLD_NEXT, "dlsym", "GLIBC_2.34") : NULL;
    if (!found && by_version)
        found = by_version(RTLD_NEXT, "dlsym", "GLIBC_2.2.5");
    if (!found)
        found = moved_find("dlsym");
    if (!found) {
        message_line("flopshim: this C library has no dlsym that the shim knows (glibc 2.2.5 or later is needed)", NULL);
        abort();
    }
    *(void **)&forward_dlsym = found;
}

static int reaches(struct dl_phdr_info *info, size_t size, void *data)
{
    uintptr_t start, end, *wanted = data;
    const char *path;
    (void)size;
    if (!info->dlpi_phnum || !object_at((uintptr_t)info->dlpi_phdr, &start, &end, &path))
        return 0;
    if (*wanted >= start && *wanted < end)
        return 1;
    return forward_in_shim((void *)info->dlpi_phdr) ? 2 : 0;
}

bool forward_is_before_shim(uintptr_t address)
{
    return objects_each(reaches, &address) == 1;
}

/* ---- the resolver ---- */

/* dlvsym does not find what has no version, where the loader would have taken it. */
static void *look_up(void *handle, const char *name, const struct version *version)
{
    __typeof__(&dlvsym) by_version = version->name ? MOVED_FIND(dlvsym) : NULL;
    void *found = by_version ? by_version(handle, name, version->name) : NULL;
    return found ? found : forward_lookup(handle, name);
}

static void *ask(const char *path, const char *name, const struct version *version)
{
    __typeof__(&dlopen) open = MOVED_FIND(dlopen);
    void *handle = open ? open(*path ? path : NULL, RTLD_NOLOAD | RTLD_LAZY) : NULL;
    if (!handle)
        return NULL;
    void *found = look_up(handle, name, version);
    dlclose(handle);
    return found;
}

void *forward_ask(const char *path, const char *name)
{
    return ask(path, name, &(struct version){0});
}

/* An IFUNC's function is asked each time, as the loader does. */
static void *find_at_start(const char *name, const struct version *version)
{
    bool chosen = false;
    uintptr_t start, end;
    const char *path;
    void *found = NULL;
    for (size_t i = 0; i < start_count && !found; i++) {
        struct object o = start_objects[i];
        if (o.dynamic && object_at((uintptr_t)o.dynamic, &start, &end, &path))
            found = definition_in(&o, name, version, &chosen);
    }
    return found && chosen ? ((void *(*)(void))found)() : found;
}

/* A search among the loaded objects: their paths are copied while nothing is unloaded, and asked afterwards. */
struct search {
    bool (*is_asked)(const struct object *o, const struct search *s);
    const char *name, *path;
    const struct version *version;
    struct object *list;
    char *paths; /* one behind the other */
    size_t used;
};
#define SEARCH_BYTES (OBJECTS_MAX * sizeof(struct object) + SEARCH_PATHS)
#define SEARCH_PATHS ((size_t)1 << 18)

static bool needs_it(const struct object *o, const struct search *s)
{
    return s->path && object_needs(o, s->path);
}

static bool wants_it(const struct object *o, const struct search *s)
{
    return object_wants(o, s->name);
}

static bool defines_it(const struct object *o, const struct search *s)
{
    return object_defines(o, s->name);
}

static void collect(void *search)
{
    struct search *s = search;
    size_t count = objects_list(s->list);
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(s->list[i].path) + 1;
        if (!s->is_asked(&s->list[i], s) || s->used + length > SEARCH_PATHS)
            continue;
        memcpy(s->paths + s->used, s->list[i].path, length);
        s->used += length;
    }
}

/* What the first of them answers; *ambiguous, where that is asked for: they are all asked, and disagree. */
static void *ask_all(struct search *s, bool (*is_asked)(const struct object *, const struct search *), bool *ambiguous)
{
    void *first = NULL;
    s->is_asked = is_asked;
    s->used = 0;
    objects_hold(collect, s);
    for (size_t i = 0; i < s->used && (!first || ambiguous); i += strlen(s->paths + i) + 1) {
        void *found = ask(s->paths + i, s->name, s->version);
        if (found && first && found != first)
            *ambiguous = true;
        if (!first)
            first = found;
    }
    return first;
}

/* Those that need the object know where its own comes from; so does whoever leaves the name undefined. */
static void *search_all(const char *name, const char *path, const struct version *version, bool *ambiguous)
{
    struct search s = {.name = name, .path = path, .version = version, .list = pages_get(SEARCH_BYTES)};
    if (!s.list)
        return NULL;
    s.paths = (char *)(s.list + OBJECTS_MAX);
    void *found = ask_all(&s, needs_it, NULL);
    if (!found)
        found = ask_all(&s, wants_it, ambiguous);
    if (!found)
        found = ask_all(&s, defines_it, NULL);
    pages_free(s.list, SEARCH_BYTES);
    return found;
}

void *forward_resolve(uint32_t symbol, uintptr_t caller, const char *path)
{
    struct object object;
    struct version version = {0};
    const char *name = forward_name(symbol);
    bool ambiguous = object_holding(caller, &object) && !definition_wanted(&object, name, &version);
    void *found = find_at_start(name, &version);
    if (!found)
        found = look_up(RTLD_NEXT, name, &version);
    if (!found && path)
        found = ask(path, name, &version);
    if (!found)
        found = search_all(name, path, &version, &ambiguous);
    if (ambiguous)
        noted_incomplete(LEDGER_AMBIGUOUS);
    return found;
}

/* ---- what is there at start ---- */

void *forward_first_at_start(void)
{
    static const char *const probes[] = {"ddot_",          "dgemm_",   "cblas_ddot",      "dgetrf_",
                                         "LAPACKE_dgesv",  "ddot_64_", "cblas_ddot64_",   "scipy_ddot_",
                                         "scipy_ddot_64_", "ddot",     "LAPACKE_dgesv64_"};
    void *found = NULL;
    for (size_t i = 0; i < start_count && !found; i++)
        for (size_t p = 0; p < sizeof probes / sizeof *probes && start_objects[i].dynamic && !found; p++)
            found = object_function(&start_objects[i], probes[p]);
    return found;
}

/* The compiler's start files bring destructors along, and the one that tells (unload.h). */
bool forward_goes_silently(uintptr_t address)
{
    struct object object;
    if (!object_holding(address, &object) || !*object.path || object_table(&object, DT_FINI_ARRAY) ||
        object_table(&object, DT_FINI))
        return false;
    for (size_t i = 0; i < start_count; i++)
        if (start_objects[i].dynamic == object.dynamic)
            return false;
    return !forward_is_before_shim(address);
}

/* What a constructor had opened before the start may be closed again. */
void forward_forget(uintptr_t start, uintptr_t end)
{
    for (size_t i = 0; i < start_count; i++)
        if ((uintptr_t)start_objects[i].dynamic - start < end - start)
            start_objects[i].dynamic = NULL;
}

void forward_note_start(void)
{
    size_t behind = 0, count = objects_list(start_objects);
    while (behind < count && !forward_in_shim((void *)start_objects[behind].dynamic))
        behind++;
    if (++behind >= count)
        return;
    memmove(start_objects, start_objects + behind, (count - behind) * sizeof *start_objects);
    __atomic_store_n(&start_count, count - behind, __ATOMIC_RELEASE);
}

/* All entries lie between these two (scripts/entries.py). */
void forward_hide(void)
{
    extern const char forward_entries[] __attribute__((visibility("hidden")));
    extern const char forward_entries_end[] __attribute__((visibility("hidden")));
    hide_functions((uintptr_t)forward_entries, (uintptr_t)forward_entries_end);
}
