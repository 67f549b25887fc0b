/* Unloaded objects (unload.h). */
#include "unload.h"
#include "bind.h"
#include "objects.h"
#include "provider.h"
#include "resolve.h"
#include <link.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

static atomic_int closes; /* calls of dlclose in progress */
static atomic_uint unloads;

static void forget(uintptr_t start, uintptr_t end)
{
    forward_forget(start, end);
    bind_forget(start, end);
    provider_forget(start, end);
    unloads++;
}

unsigned unload_count(void)
{
    return atomic_load_explicit(&unloads, memory_order_acquire);
}

void unload_begin(void)
{
    closes++;
}

void unload_object(const void *inside)
{
    uintptr_t start, end;
    const char *path;
    if (closes && object_at((uintptr_t)inside, &start, &end, &path))
        forget(start, end);
}

static int read_count(struct dl_phdr_info *info, size_t size, void *count)
{
    (void)size;
    *(unsigned long long *)count = info->dlpi_subs;
    return 1;
}

/* An object that was linked without the compiler's start files has no destructor that would tell. Where it lay, another may lie
 * by now: of bindings, only what leads to no object is forgotten. */
static void find_gone(void)
{
    bind_forget_gone();
    provider_forget_gone(forward_forget);
}

void unload_end(void)
{
    static _Atomic unsigned long long unloads_seen;
    unsigned long long count = 0;
    closes--;
    objects_each(read_count, &count);
    if (atomic_exchange(&unloads_seen, count) != count) {
        unloads++;
        find_gone();
    }
}
