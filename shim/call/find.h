/* The binding for a call, found or made. */
#pragma once
#include "bind.h"

/* For a call from `caller`, resolved at its first use. Aborts with a message where no provider is loaded. Keeps errno.
 * Lock-free, but for the loader's locks at the first use. */
const struct binding *call_find_binding(struct slot *slot, uintptr_t caller);

/* Bindings that are not their slots' own, by the place that they called from last: so that a symbol's callers are not gone
 * through. Whoever looks compares, so an entry may be any binding at any time. */
enum { FIND_RECENT_BITS = 12 };
extern const struct binding *find_recent[1 << FIND_RECENT_BITS] __attribute__((visibility("hidden")));

static inline __attribute__((always_inline)) const struct binding **find_place(const struct slot *slot, uintptr_t caller)
{
    return &find_recent[(((uint32_t)caller ^ (uint32_t)(uintptr_t)slot) * 0x9e3779b1u) >> (32 - FIND_RECENT_BITS)];
}

/* The slot's own caller, whose call this is, for the calling thread: its entry need not ask the slot again. */
void call_keep_look(const struct slot *slot);

/* NULL: not known here. */
static inline __attribute__((always_inline)) const struct binding *call_find_recent(const struct slot *slot, uintptr_t caller)
{
    const struct binding *b = __atomic_load_n(find_place(slot, caller), __ATOMIC_ACQUIRE);
    return b && caller - b->start < b->length && b->slot == (uint32_t)(uintptr_t)slot ? b : NULL;
}
