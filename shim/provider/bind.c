/* Slots and their bindings (bind.h), and the entries that dlsym gives out. What the loader and a provider are asked, they are
 * asked without the lock. */
#include "bind.h"
#include "binding_lock.h"
#include "config.h"
#include "ledger_kept.h"
#include "looks.h"
#include "message.h"
#include "noted.h"
#include "objects.h"
#include "pages.h"
#include "provider.h"
#include "symbols.h"
#include <stdlib.h>

void *forward_bound_body[BOUND_MAX] __attribute__((visibility("hidden")));
static unsigned bound_used;

_Static_assert(sizeof(struct slot) == 64, "the entries in assembly, here and in gen_wrappers.py, count slots by 64 bytes");

/* What dlsym gives out for a name on a handle: an entry of its own, bound to the handle's function. */
#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)
extern char forward_bound_entries[] __attribute__((visibility("hidden")));
#define BOUND_ENTRY_BYTES 32
__asm__(".pushsection .text\n.balign 32\n.hidden forward_bound_entries\n.globl forward_bound_entries\nforward_bound_entries:\n"
        ".cfi_startproc\n.set bound_i, 0\n.rept " TEXT(
            BOUND_MAX) "\n.balign 32\nendbr64\n"
                       "leaq forward_slots+64*" TEXT(
                           SYMBOL_COUNT) "+64*bound_i(%rip), %r11\njmp *forward_bound_body+8*bound_i(%rip)\n"
                                         ".set bound_i, bound_i+1\n.endr\n.cfi_endproc\n.popsection\n");

/* Bindings beyond the slots' own: a caller more of a symbol. A stub takes one for a slot, whose inner has no length. */
#define POOL 65536
static struct slot pool[POOL];
static size_t pool_used;

/* Of bindings that no caller is found by. */
#define SILENT_START 1

/* The symbols that have bindings, and where a function that was given out is gone. */
static uint32_t bound_symbols[SYMBOL_COUNT];
static size_t bound_symbol_count;
static bool symbol_is_bound[SYMBOL_COUNT];
static bool entry_is_free[BOUND_MAX];

/* ---- bindings, under binding_lock ---- */

static struct binding *take_from_pool(void)
{
    struct slot *one = pool_used < POOL ? &pool[pool_used++] : pages_get(sizeof *one);
    return one ? &one->hot : NULL;
}

/* What another thread has made of the same, meanwhile. */
static struct binding *made(struct slot *slot, const void *target, uintptr_t start, uintptr_t length)
{
    for (struct binding *b = &slot->hot; b; b = b->next)
        if (b->start == start && b->length == length && b->target == target)
            return b;
    return NULL;
}

/* The slot's own for a caller that is no provider, where it is not taken; else one that was freed, or a new one. */
static struct binding *take(struct slot *slot, bool may_be_hot)
{
    struct binding *hot = &slot->hot;
    if (may_be_hot && (!hot->target || hot->start == BINDING_FREE))
        return hot;
    for (struct binding *b = hot->next; b; b = b->next)
        if (b->start == BINDING_FREE)
            return b;
    return take_from_pool();
}

/* Readers compare with length last (x86-64 keeps the order of stores): a half-written binding matches no caller. */
static void open_for(struct binding *b, uintptr_t start, uintptr_t length)
{
    __atomic_store_n(&b->start, start, __ATOMIC_RELAXED);
    __atomic_store_n(&b->length, length, __ATOMIC_RELEASE);
}

static void close_for_caller(struct binding *b)
{
    __atomic_store_n(&b->length, 0, __ATOMIC_RELEASE);
    __atomic_store_n(&b->start, BINDING_FREE, __ATOMIC_RELEASE);
}

static void close_for_all(struct slot *slot, struct binding *b)
{
    close_for_caller(b);
    if (slot->inner.target == b->target)
        __atomic_store_n(&slot->inner.length, 0, __ATOMIC_RELEASE);
}

static void open_inner(struct slot *slot, const struct binding *b)
{
    if (!b->from_provider || slot->inner.length)
        return;
    slot->inner.target = b->target;
    __atomic_store_n(&slot->inner.start, b->start, __ATOMIC_RELAXED);
    __atomic_store_n(&slot->inner.length, b->length, __ATOMIC_RELEASE);
}

static void link_behind(struct slot *slot, struct binding *b)
{
    for (const struct binding *linked = &slot->hot; linked; linked = linked->next)
        if (linked == b)
            return;
    b->next = slot->hot.next;
    __atomic_store_n(&slot->hot.next, b, __ATOMIC_RELEASE);
}

/* Are this object's calls nested ones in a call to it (frames_are_nested)? An entry that looks for no mark cannot tell. */
static bool may_be_nested(uintptr_t caller)
{
    extern const char __ehdr_start __attribute__((visibility("hidden")));
    return caller == (uintptr_t)&__ehdr_start || provider_starts_at(caller);
}

/* What it was before it was known to be a provider: the slots' own caller. Takes the lock. */
static void withdraw(const struct provider *p)
{
    bool has_looks = false;
    binding_lock();
    for (size_t i = 0; i < bound_symbol_count; i++) {
        struct slot *slot = &forward_slots[bound_symbols[i]];
        if (forward_symbols[bound_symbols[i]].in_entry && slot->hot.length && slot->hot.start == p->start) {
            close_for_caller(&slot->hot);
            has_looks = true;
        }
    }
    if (has_looks)
        looks_forget();
    binding_unlock();
}

static void note_symbol(uint32_t symbol)
{
    if (!symbol_is_bound[symbol])
        bound_symbols[bound_symbol_count++] = symbol;
    symbol_is_bound[symbol] = true;
}

/* ---- bindings ---- */

/* Asks the loader and the provider: without the lock. */
static struct binding describe(uint32_t symbol, void *target)
{
    const struct provider *p = provider_of(target);
    struct binding b = {.target = target};
    b.wide = forward_symbols[symbol].wide || (p && p->wide);
    b.result_pointer = p && p->result_pointer;
    b.marks = !p || !provider_is_pure(p->path);
    if (p && b.marks)
        withdraw(p);
    noted_incomplete(0);
    if (config.verbose)
        message_line("flopshim: ", forward_name(symbol), " -> ", p ? p->path : "?", b.wide ? " (64-bit integers)" : "", NULL);
    return b;
}

static void fill(struct binding *b, const struct binding *with)
{
    b->target = with->target;
    b->wide = with->wide;
    b->result_pointer = with->result_pointer;
    b->marks = with->marks;
    b->from_provider = with->from_provider;
}

const struct binding *bind_silent(struct slot *slot, void *target, bool from_provider)
{
    binding_lock();
    const struct binding *known = made(slot, target, SILENT_START, 0);
    binding_unlock();
    return known ? known : bind_caller(slot, target, SILENT_START, 0, from_provider);
}

const struct binding *bind_caller(struct slot *slot, void *target, uintptr_t start, uintptr_t length, bool from_provider)
{
    uint32_t symbol = (uint32_t)(slot - forward_slots);
    struct binding described = describe(symbol, target);
    described.from_provider = from_provider;
    binding_lock();
    bool needs_mark = forward_symbols[symbol].in_entry && (described.marks || may_be_nested(start));
    bool may_be_hot = !from_provider && length && !needs_mark;
    struct binding *known = made(slot, target, start, length), *b = known ? known : take(slot, may_be_hot);
    if (b && !known) {
        fill(b, &described);
        uint32_t own = b == &slot->hot ? 0 : (uint32_t)(uintptr_t)slot;
        if (b->slot != own) /* others read it, of one that is used again */
            b->slot = own;
        open_for(b, start, length);
        open_inner(slot, b);
        link_behind(slot, b);
        note_symbol(symbol);
    }
    binding_unlock();
    if (b)
        return b;
    message_line("flopshim: out of memory for the binding of ", forward_name(symbol), NULL);
    abort();
}

const struct binding *bind_unlisted(void *target)
{
    binding_lock();
    struct binding *b = take_from_pool();
    binding_unlock();
    if (!b)
        abort();
    b->target = target;
    b->from_provider = true;
    return b;
}

struct slot *bind_slot(struct slot *slot)
{
    size_t bytes = (uint32_t)(slot->hot.slot - (uint32_t)(uintptr_t)forward_slots);
    return slot->hot.slot ? forward_slots + bytes / sizeof *slot : slot;
}

/* Code that lies in no object (made at run time) is bound as [0, 0). */
const struct binding *bind_known(const struct slot *slot, uintptr_t caller, bool nowhere)
{
    for (const struct binding *b = &slot->hot; b; b = __atomic_load_n(&b->next, __ATOMIC_ACQUIRE)) {
        uintptr_t start = __atomic_load_n(&b->start, __ATOMIC_ACQUIRE);
        uintptr_t length = __atomic_load_n(&b->length, __ATOMIC_ACQUIRE);
        if (caller - start < length || (nowhere && !start && !length && b != &slot->hot))
            return b;
    }
    return NULL;
}

/* ---- what dlsym gives out ---- */

/* The entry that leads to this function already; else a free one; else a new one, or BOUND_MAX. */
static unsigned find_entry(const void *target, const void *body)
{
    unsigned free = BOUND_MAX;
    for (unsigned i = 0; i < bound_used; i++) {
        if (forward_slots[SYMBOL_COUNT + i].hot.target == target && forward_bound_body[i] == body)
            return i;
        if (entry_is_free[i] && free == BOUND_MAX)
            free = i;
    }
    return free == BOUND_MAX && bound_used < BOUND_MAX ? bound_used++ : free;
}

void *bind_entry(uint32_t symbol, void *target)
{
    void *body = (char *)forward_symbols + forward_symbols[symbol].body;
    struct binding described = describe(symbol, target);
    binding_lock();
    unsigned i = find_entry(target, body);
    if (i < BOUND_MAX) {
        struct binding *b = &forward_slots[SYMBOL_COUNT + i].hot;
        forward_bound_body[i] = body;
        fill(b, &described);
        open_for(b, 0, UINTPTR_MAX);
        entry_is_free[i] = false;
    }
    binding_unlock();
    if (i < BOUND_MAX)
        return forward_bound_entries + (size_t)BOUND_ENTRY_BYTES * i;
    kept_uncovered("functions given out by dlsym, more than the shim has entries for");
    return target;
}

void *bind_given(const void *entry)
{
    uintptr_t offset = (uintptr_t)entry - (uintptr_t)forward_bound_entries;
    bool is_entry = offset < (uintptr_t)BOUND_ENTRY_BYTES * BOUND_MAX && offset % BOUND_ENTRY_BYTES == 0;
    return is_entry ? forward_slots[SYMBOL_COUNT + offset / BOUND_ENTRY_BYTES].hot.target : NULL;
}

/* ---- what is unloaded ---- */

struct range {
    uintptr_t start, length;
};

static bool is_in(uintptr_t address, const struct range *gone)
{
    uintptr_t start, end;
    const char *path;
    return gone ? address - gone->start < gone->length : !object_at(address, &start, &end, &path);
}

/* Is the object of these callers another one now? */
static bool is_other(const struct binding *b)
{
    uintptr_t start, end;
    const char *path;
    return !object_at(b->start, &start, &end, &path) || start != b->start || end - start != b->length;
}

/* An entry stays as it is, for a program that calls it all the same, until another function needs it. gone: NULL, whatever is.
 */
static void forget(const struct range *gone)
{
    bool has_looks = false;
    binding_lock();
    for (size_t i = 0; i < bound_symbol_count; i++)
        for (struct binding *b = &forward_slots[bound_symbols[i]].hot; b; b = b->next)
            if ((b->length && (gone ? is_in(b->start, gone) : is_other(b))) || is_in((uintptr_t)b->target, gone)) {
                close_for_all(&forward_slots[bound_symbols[i]], b);
                has_looks |= forward_symbols[bound_symbols[i]].in_entry;
            }
    if (has_looks)
        looks_forget();
    for (unsigned i = 0; i < bound_used; i++)
        entry_is_free[i] |= is_in((uintptr_t)forward_slots[SYMBOL_COUNT + i].hot.target, gone);
    binding_unlock();
}

void bind_forget(uintptr_t start, uintptr_t end)
{
    forget(&(struct range){start, end - start});
}

void bind_forget_gone(void)
{
    forget(NULL);
}
