/* Slots and their bindings (bind.h), and the entries that dlsym gives out. */
#include "bind.h"
#include "config.h"
#include "ledger_kept.h"
#include "message.h"
#include "noted.h"
#include "pages.h"
#include "provider.h"
#include "symbols.h"
#include <stdatomic.h>
#include <stdlib.h>

void *forward_bound_body[BOUND_MAX] __attribute__((visibility("hidden")));
static atomic_uint bound_used;
static atomic_bool slot_taken[SYMBOL_COUNT];

_Static_assert(sizeof(struct slot) == 40, "the entries in assembly, here and in gen_wrappers.py, count slots by 40 bytes");

/* What dlsym gives out for a name on a handle: an entry of its own, bound to the handle's function. */
#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)
extern char forward_bound_entries[] __attribute__((visibility("hidden")));
#define BOUND_ENTRY_BYTES 32
__asm__(".pushsection .text\n.balign 32\n.hidden forward_bound_entries\n.globl forward_bound_entries\nforward_bound_entries:\n"
        ".cfi_startproc\n.set bound_i, 0\n.rept " TEXT(
            BOUND_MAX) "\n.balign 32\nendbr64\n"
                       "leaq forward_slots+40*" TEXT(
                           SYMBOL_COUNT) "+40*bound_i(%rip), %r11\njmp *forward_bound_body+8*bound_i(%rip)\n"
                                         ".set bound_i, bound_i+1\n.endr\n.cfi_endproc\n.popsection\n");

/* Bindings beyond the slots' own: a caller more of a symbol. Never freed. */
#define POOL 65536
static struct binding pool[POOL];
static atomic_size_t pool_used;

static struct binding *take_binding(void)
{
    size_t i = atomic_fetch_add(&pool_used, 1);
    if (i < POOL)
        return &pool[i];
    return pages_get(sizeof(struct binding));
}

/* ---- bindings ---- */

static void describe(struct binding *b, uint32_t symbol, void *target)
{
    const struct provider *p = provider_of(target);
    b->target = target;
    b->wide = forward_symbols[symbol].wide || (p && p->wide);
    b->result_pointer = p && p->result_pointer;
    noted_incomplete(0);
    if (config.verbose)
        message_line("flopshim: ", forward_name(symbol), " -> ", p ? p->path : "?", b->wide ? " (64-bit integers)" : "", NULL);
}

/* Readers compare with length last (x86-64 keeps the order of stores): a half-written binding matches no caller. */
static void open_for(struct binding *b, uintptr_t start, uintptr_t length)
{
    __atomic_store_n(&b->start, start, __ATOMIC_RELAXED);
    __atomic_store_n(&b->length, length, __ATOMIC_RELEASE);
}

static void link_behind(struct slot *slot, struct binding *b)
{
    struct binding *next = __atomic_load_n(&slot->hot.next, __ATOMIC_RELAXED);
    do
        b->next = next;
    while (!__atomic_compare_exchange_n(&slot->hot.next, &next, b, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
}

/* The slot's own binding for the first caller that is no provider; whoever comes later, a link of the list. */
const struct binding *bind_caller(struct slot *slot, void *target, uintptr_t start, uintptr_t length, bool from_provider)
{
    uint32_t symbol = (uint32_t)(slot - forward_slots);
    struct binding *b = from_provider || !length || atomic_exchange(&slot_taken[symbol], true) ? NULL : &slot->hot;
    bool behind = !b;
    if (behind)
        b = take_binding();
    if (!b) {
        message_line("flopshim: out of memory for the binding of ", forward_name(symbol), NULL);
        abort();
    }
    describe(b, symbol, target);
    b->from_provider = from_provider;
    open_for(b, start, length);
    if (behind)
        link_behind(slot, b);
    return b;
}

/* Code that lies in no object (made at run time) is bound as [0, 0). */
const struct binding *bind_known(const struct slot *slot, uintptr_t caller, bool nowhere)
{
    for (const struct binding *b = &slot->hot; b; b = __atomic_load_n(&b->next, __ATOMIC_ACQUIRE)) {
        uintptr_t length = __atomic_load_n(&b->length, __ATOMIC_ACQUIRE);
        if (caller - __atomic_load_n(&b->start, __ATOMIC_RELAXED) < length || (nowhere && !length && b != &slot->hot))
            return b;
    }
    return NULL;
}

/* ---- what dlsym gives out ---- */

void *bind_entry(uint32_t symbol, void *target)
{
    unsigned used = bound_used < BOUND_MAX ? bound_used : BOUND_MAX;
    void *body = (char *)forward_symbols + forward_symbols[symbol].body;
    for (unsigned i = 0; i < used; i++) {
        if (forward_slots[SYMBOL_COUNT + i].hot.target == target && forward_bound_body[i] == body)
            return forward_bound_entries + (size_t)BOUND_ENTRY_BYTES * i;
    }
    unsigned mine = atomic_fetch_add(&bound_used, 1);
    if (mine >= BOUND_MAX) {
        kept_uncovered("functions given out by dlsym, more than the shim has entries for");
        return target;
    }
    struct binding *b = &forward_slots[SYMBOL_COUNT + mine].hot;
    forward_bound_body[mine] = body;
    describe(b, symbol, target);
    open_for(b, 0, UINTPTR_MAX);
    return forward_bound_entries + (size_t)BOUND_ENTRY_BYTES * mine;
}
