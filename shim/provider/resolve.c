/* Finds the provider of a symbol for a caller, as the loader would have without the shim: the five steps of the resolver.
 * The only file that calls dlsym. The loader is called with no lock of ours held; what RTLD_NEXT can tell at start is read
 * from the objects' own tables, because a dlsym at a program's first call can meet another thread inside dlopen. */
#include "resolve.h"
#include "ledger.h"
#include "message.h"
#include "noted.h"
#include "objects.h"
#include "pages.h"
#include "symbols.h"
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *(*forward_dlsym)(void *, const char *)__attribute__((visibility("hidden")));

/* The next definition behind the shim, of those objects that were there at start. */
static void *next_functions[SYMBOL_COUNT];
#define START_MAX 8
static uintptr_t start_providers[START_MAX];
static size_t start_count;

/* ---- small pieces ---- */

bool forward_in_shim(const void *address)
{
    uintptr_t start, end, mine, mine_end;
    const char *path;
    return object_at((uintptr_t)address, &start, &end, &path) &&
           object_at((uintptr_t)&forward_dlsym, &mine, &mine_end, &path) && start == mine;
}

/* Most names that are asked about are the C library's or an interpreter's, and no name of ours begins as they do.
 * Also called by dlsym before a sanitizer is ready: no library function, nothing instrumented. */
__attribute__((no_sanitize("address", "thread", "undefined"))) int64_t forward_symbol(const char *name)
{
    unsigned first = (unsigned char)name[0], second = first ? (unsigned char)name[1] : 0;
    if (!(forward_beginnings[first << 5 | second >> 3] >> (second & 7) & 1))
        return -1;
    uint32_t h = 5381;
    for (const char *p = name; *p; p++)
        h = h * 33 + (unsigned char)*p;
    for (h &= FORWARD_HASH_SIZE - 1; forward_hash[h]; h = (h + 1) & (FORWARD_HASH_SIZE - 1)) {
        const char *known = forward_names + forward_symbols[forward_hash[h] - 1].name;
        size_t i = 0;
        while (known[i] && known[i] == name[i])
            i++;
        if (known[i] == name[i])
            return forward_hash[h] - 1;
    }
    return -1;
}

void *forward_lookup(void *handle, const char *name)
{
    forward_start(); /* a call may come while another thread starts the shim */
    void *found = forward_dlsym(handle, name);
    return found && forward_in_shim(found) ? NULL : found;
}

void *forward_next(const char *name)
{
    forward_start();
    return forward_dlsym(RTLD_NEXT, name);
}

__attribute__((no_sanitize("address", "thread", "undefined"))) void forward_start(void)
{
    if (forward_dlsym)
        return;
    void *found = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.34");
    if (!found)
        found = dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.2.5");
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
    return dl_iterate_phdr(reaches, &address) == 1;
}

/* ---- the resolver ---- */

void *forward_ask(const char *path, const char *name)
{
    void *handle = dlopen(*path ? path : NULL, RTLD_NOLOAD | RTLD_LAZY);
    if (!handle)
        return NULL;
    void *found = forward_lookup(handle, name);
    dlclose(handle);
    return found;
}

static void *ask_those_that_need(const char *path, const char *name, const struct object *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        void *found = object_needs(&list[i], path) ? forward_ask(list[i].path, name) : NULL;
        if (found)
            return found;
    }
    return NULL;
}

/* Every object that leaves the name undefined knows where its own comes from; *ambiguous where they disagree. */
static void *ask_those_that_want(const char *name, const struct object *list, size_t count, bool *ambiguous)
{
    void *agreed = NULL;
    for (size_t i = 0; i < count; i++) {
        void *found = object_wants(&list[i], name) ? forward_ask(list[i].path, name) : NULL;
        if (found && agreed && found != agreed)
            *ambiguous = true;
        else if (found)
            agreed = found;
    }
    return agreed;
}

static void *ask_those_that_define(const char *name, const struct object *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        void *found = object_function(&list[i], name) ? forward_ask(list[i].path, name) : NULL;
        if (found)
            return found;
    }
    return NULL;
}

void *forward_resolve(uint32_t symbol, const char *path)
{
    bool ambiguous = false;
    const char *name = forward_name(symbol);
    void *found = next_functions[symbol] ? next_functions[symbol] : forward_lookup(RTLD_NEXT, name);
    if (!found && path)
        found = forward_ask(path, name);
    if (found)
        return found;
    struct object *list = pages_get(OBJECTS_MAX * sizeof *list);
    if (!list)
        return NULL;
    size_t count = objects_list(list);
    found = path ? ask_those_that_need(path, name, list, count) : NULL;
    if (!found)
        found = ask_those_that_want(name, list, count, &ambiguous);
    if (!found)
        found = ask_those_that_define(name, list, count);
    pages_free(list, OBJECTS_MAX * sizeof *list);
    if (ambiguous)
        noted_incomplete(LEDGER_AMBIGUOUS);
    return found;
}

/* ---- what is there at start ---- */

static void note_function(const char *name, void *function, void *unused)
{
    (void)unused;
    int64_t symbol = forward_symbol(name);
    if (symbol >= 0 && !next_functions[symbol])
        next_functions[symbol] = function;
}

static bool is_provider(const struct object *o)
{
    static const char *const probes[] = {"ddot_",          "dgemm_",   "cblas_ddot",      "dgetrf_",
                                         "LAPACKE_dgesv",  "ddot_64_", "cblas_ddot64_",   "scipy_ddot_",
                                         "scipy_ddot_64_", "ddot",     "LAPACKE_dgesv64_"};
    for (size_t i = 0; i < sizeof probes / sizeof *probes; i++)
        if (object_function(o, probes[i]))
            return true;
    return false;
}

static void note_provider(const struct object *o)
{
    uintptr_t end;
    const char *path;
    object_each_function(o, note_function, NULL);
    if (start_count < START_MAX && object_at((uintptr_t)o->dynamic, &start_providers[start_count], &end, &path))
        start_count++;
}

void *forward_first_at_start(void)
{
    for (uint32_t i = 0; i < SYMBOL_COUNT && start_count; i++)
        if (next_functions[i])
            return next_functions[i];
    return NULL;
}

bool forward_was_there_at_start(uintptr_t start)
{
    for (size_t i = 0; i < start_count; i++)
        if (start_providers[i] == start)
            return true;
    return false;
}

void forward_note_start(void)
{
    struct object *list = pages_get(OBJECTS_MAX * sizeof *list);
    bool behind_shim = false;
    if (!list)
        return;
    size_t count = objects_list(list);
    for (size_t i = 0; i < count; i++) {
        if (forward_in_shim((void *)list[i].dynamic))
            behind_shim = true;
        else if (behind_shim && is_provider(&list[i]))
            note_provider(&list[i]);
    }
    pages_free(list, OBJECTS_MAX * sizeof *list);
}
