/* Tallies of threads (tally.h). Tables are private memory: a thread may make its first call inside a program's malloc hook. */
#include "tally.h"
#include "by_name.h"
#include "cost.h"
#include "ledger_append.h"
#include "ledger_file.h"
#include "ledger_read.h"
#include "ledger_self.h"
#include "lock.h"
#include "pages.h"
#include "symbols.h"
#include <errno.h>

#define MORE_TALLIES 255

struct ledger_tally tally_none = {.routine = UINT32_MAX};

static uint32_t place_of(const struct thread *t, uint32_t routine, uint32_t operation)
{
    uint64_t h = ((uint64_t)t->namespace_ << 32 | (routine == UINT32_MAX ? operation ^ 0x80000000u : routine)) *
                 0x9e3779b97f4a7c15u;
    uint32_t i = (uint32_t)(h >> 32) & (t->index_size - 1);
    for (struct ledger_tally *f; (f = t->index[i].tally); i = (i + 1) & (t->index_size - 1))
        if (f->namespace_ == t->namespace_ && f->routine == routine && !(f->accuracy & LEDGER_FORGOTTEN) &&
            (routine != UINT32_MAX || f->operation == operation))
            break;
    return i;
}

static void reindex(struct thread *t)
{
    struct thread_place *old = t->index;
    uint32_t old_size = t->index_size, namespace_ = t->namespace_;
    struct thread_place *fresh = pages_get(2 * old_size * sizeof *fresh);
    if (!fresh)
        return;
    t->index = fresh;
    t->index_size = 2 * old_size;
    for (uint32_t i = 0; i < old_size; i++)
        if (old[i].tally && !(old[i].tally->accuracy & LEDGER_FORGOTTEN)) {
            t->namespace_ = old[i].tally->namespace_;
            t->index[place_of(t, old[i].tally->routine, old[i].tally->operation)] = old[i];
        }
    t->namespace_ = namespace_;
    pages_free(old, old_size * sizeof *old);
}

/* The last record of a thread's newest block is kept for what finds no room any more, of whatever namespace: "(other)". */
static struct ledger_tally *place_for(struct thread *t, struct ledger_tally *record)
{
    struct ledger_block *block = t->tallies, *fresh = NULL;
    bool is_last = block->count + 1 == block->capacity;
    if (t->other)
        return NULL;
    if (t->index_used * 2 >= t->index_size)
        reindex(t);
    if (is_last && ledger_has_room())
        fresh = ledger_add_block(LEDGER_TALLIES, sizeof *record, MORE_TALLIES, t->slot);
    if ((is_last && !fresh) || !record->operation || t->nameless || t->index_used + 1 >= t->index_size) {
        record->namespace_ = 0;
        record->operation = ledger_intern("(other)");
        record->routine = UINT32_MAX;
        return t->other = ledger_append(block, record);
    }
    if (fresh)
        t->tallies = fresh;
    return ledger_append(block, record);
}

static struct ledger_tally *add_tally(struct thread *t, uint32_t routine, uint32_t operation)
{
    struct ledger_tally record = {.namespace_ = t->namespace_, .routine = routine, .operation = operation};
    record.accuracy = routine == UINT32_MAX ? COST_EXACT : cost_routine_of(routine & ~LEDGER_QUERY)->accuracy;
    record.first_use = ledger_tick();
    struct ledger_tally *tally = place_for(t, &record);
    if (!tally || tally == t->other) {
        self_dropped_call();
        return t->other;
    }
    struct thread_place *place = &t->index[place_of(t, routine, operation)];
    t->index_used += !place->tally;
    *place = (struct thread_place){.tally = tally};
    by_name_add(tally);
    return tally;
}

/* Before it is added to: a context that was opened here has not used it yet. */
static void note(struct thread *t, const struct ledger_tally *tally)
{
    uint64_t *noted = tally == t->other ? &t->other_noted : &t->index[place_of(t, tally->routine, tally->operation)].noted;
    if (*noted == t->used.opening || ledger_is_query(tally->routine))
        return;
    *noted = t->used.opening;
    used_note(&t->used, tally);
}

/* Where calls find it. */
static void keep_at_hand(struct thread *t, uint32_t routine, struct ledger_tally *tally)
{
    if (routine >= LEDGER_QUERY || tally->routine != routine)
        return;
    t->hot[routine % THREAD_HOT] = tally;
}

struct ledger_tally *thread_tally(struct thread *t, uint32_t routine, const char *operation)
{
    int saved = errno;
    struct ledger_tally *tally = NULL;
    uint32_t name = 0;
    if (thread_is_left(t)) /* a handler forked in the middle of the call, and this is its child */
        return &tally_none;
    if (routine == UINT32_MAX || t->nameless || !(tally = t->index[place_of(t, routine, 0)].tally)) {
        shim_lock();
        name = ledger_intern(operation ? operation : cost_name(cost_routine_of(routine & ~LEDGER_QUERY)));
        tally = t->nameless ? NULL : t->index[place_of(t, routine, name)].tally;
        if (!tally)
            tally = thread_is_left(t) ? &tally_none : add_tally(t, routine, name);
        shim_unlock();
    }
    if (t->used.opening && !t->used.ended)
        note(t, tally);
    keep_at_hand(t, routine, tally);
    errno = saved;
    return tally;
}

/* A summary adds up all that are of one name. "(other)" stays, and sticks. */
struct ledger_tally *thread_tally_next(struct thread *t, struct ledger_tally *full)
{
    int saved = errno;
    if (full == t->other || full->namespace_ != t->namespace_)
        return full;
    shim_lock();
    struct ledger_tally *tally = thread_is_left(t) ? full : add_tally(t, full->routine, full->operation);
    shim_unlock();
    if (t->used.opening && !t->used.ended)
        note(t, tally);
    keep_at_hand(t, full->routine, tally);
    looks_forget_of(&t->looks);
    if (t->loop_tally == full)
        t->loop_tally = tally;
    errno = saved;
    return tally;
}

void thread_tally_nested(struct thread *t, uint32_t routine)
{
    struct ledger_tally *tally = t->hot[routine % THREAD_HOT];
    if (!tally || tally->routine != routine)
        tally = thread_tally(t, routine, NULL);
    local_add(&tally->nested, LEDGER_NESTED_UNIT);
}
