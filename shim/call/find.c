/* Which function a call goes to (find.h). */
#include "find.h"
#include "cost.h"
#include "message.h"
#include "objects.h"
#include "provider.h"
#include "resolve.h"
#include "signals.h"
#include "start.h"
#include "symbols.h"
#include "thread.h"
#include "ways.h"
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

/* The tally that the thread's calls of a symbol are counted in, where there is no more to do; else NULL. */
static struct ledger_tally *tally_of(const struct thread *t, uint32_t symbol)
{
    if (!__atomic_load_n(&t->careful_flops, __ATOMIC_RELAXED))
        return NULL;
    uint32_t routine = cost_routines[forward_symbols[symbol].routine].id;
    struct ledger_tally *tally = t->hot[routine % THREAD_HOT];
    return tally && tally->routine == routine ? tally : NULL;
}

static bool is_own(const struct slot *slot, const struct binding *own)
{
    return __atomic_load_n(&slot->hot.length, __ATOMIC_ACQUIRE) == own->length &&
           __atomic_load_n(&slot->hot.start, __ATOMIC_ACQUIRE) == own->start &&
           __atomic_load_n(&slot->hot.target, __ATOMIC_ACQUIRE) == own->target;
}

/* What it is made of: the slot's own caller and target (bind.c closes them), the tally (thread_refresh), and a memory that is
 * not wiped, in a child that a handler made meanwhile. */
void call_keep_look(const struct slot *slot)
{
    struct thread *t = thread_self();
    uint32_t symbol = (uint32_t)(slot - forward_slots);
    const struct binding own = {.start = slot->hot.start, .length = slot->hot.length, .target = slot->hot.target};
    struct ledger_tally *tally = t && t->own_grant && own.length ? tally_of(t, symbol) : NULL;
    int i = tally ? ways_of(symbol) : -1; /* not where each call comes here, because there is more to do */
    if (i < 0)
        return;
    looks_begin(&t->looks, i, own.start, &tally->check);
    uintptr_t seen = __atomic_load_n(&ways_on[i], __ATOMIC_ACQUIRE);
    bool holds = is_own(slot, &own) && tally_of(t, symbol) == tally && ways_lead(i, seen, (uintptr_t)own.target);
    looks_finish(&t->looks, i, holds ? own.length : 0);
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
