/* Which function a call goes to (find.h). */
#include "find.h"
#include "message.h"
#include "objects.h"
#include "provider.h"
#include "resolve.h"
#include "signals.h"
#include "start.h"
#include "symbols.h"
#include "thread.h"
#include <errno.h>
#include <stdlib.h>

const struct binding *find_recent[1 << FIND_RECENT_BITS];

static _Noreturn void no_provider(const char *name, const char *path)
{
    message_line("flopshim: no loaded library provides ", name, " for ", path && *path ? path : "the program",
                 "; there is nothing to forward the call to", NULL);
    abort();
}

/* Asks the loader, and a provider that is new. */
static const struct binding *make(struct slot *slot, uintptr_t caller)
{
    uintptr_t start = 0, end = 0;
    const char *path = NULL;
    bool nowhere = !object_at(caller, &start, &end, &path);
    const struct binding *known = nowhere ? bind_known(slot, caller, true) : NULL;
    if (known)
        return known;
    start_shim();
    uint32_t symbol = (uint32_t)(slot - forward_slots);
    void *target = forward_resolve(symbol, caller, path);
    if (!target)
        no_provider(forward_name(symbol), path);
    if (provider_is_asked())
        return bind_unlisted(target);
    bool from_provider = start_is_disabled() || (path && provider_is_pure(path));
    if (!nowhere && forward_goes_silently(caller))
        return bind_silent(slot, target, from_provider);
    return bind_caller(slot, target, start, end - start, from_provider);
}

_Static_assert(LOOK_COUNT <= LOOKS, "a place each");

static int look_of(const struct slot *slot)
{
    for (int i = 0; i < LOOK_COUNT; i++)
        if (slot == &forward_slots[forward_looks[i]])
            return i;
    return -1;
}

/* Stored before the slot is looked at again, and before the thread is: whoever forgets looks (bind.c) has closed the slot
 * before, and in a child that a handler made meanwhile the memory was wiped. */
void call_keep_look(const struct slot *slot)
{
    struct thread *t = thread_self();
    uintptr_t start = slot->hot.start, length = slot->hot.length;
    int i = t && t->own_grant ? look_of(slot) : -1;
    if (i < 0)
        return;
    __atomic_store_n(&t->looks.of[i].length, 0, __ATOMIC_RELEASE);
    __atomic_store_n(&t->looks.of[i].start, start, __ATOMIC_RELEASE);
    __atomic_store_n(&t->looks.of[i].length, length, __ATOMIC_SEQ_CST);
    bool holds = __atomic_load_n(&slot->hot.length, __ATOMIC_ACQUIRE) == length &&
                 __atomic_load_n(&slot->hot.start, __ATOMIC_ACQUIRE) == start &&
                 *(struct ledger_grant *volatile *)&t->own_grant;
    if (!holds)
        __atomic_store_n(&t->looks.of[i].length, 0, __ATOMIC_RELEASE);
}

const struct binding *call_find_binding(struct slot *slot, uintptr_t caller)
{
    slot = bind_slot(slot);
    const struct binding *known = call_find_recent(slot, caller);
    if (known)
        return known;
    int saved = errno;
    known = bind_known(slot, caller, false);
    if (!known) {
        uint64_t before = signals_hold_handlers(); /* the loader's locks, as in objects_each */
        known = make(slot, caller);
        signals_release_handlers(before);
    }
    if (known->slot)
        __atomic_store_n(find_place(slot, caller), known, __ATOMIC_RELEASE);
    errno = saved;
    return known;
}
