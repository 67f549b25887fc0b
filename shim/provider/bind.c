/* Slots and their bindings: which function a call from which object goes to; and what dlsym gives out. */
#include "forward.h"
#include "objects.h"
#include "provider.h"
#include "shim.h"
#include "symbols.h"
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

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
    void *page = mmap(NULL, sizeof(struct binding), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? NULL : page;
}

/* ---- bindings ---- */

static void describe(struct binding *b, uint32_t symbol, void *target)
{
    const struct provider *p = provider_of(target);
    b->target = target;
    b->wide = forward_symbols[symbol].wide || (p && p->wide);
    b->result_pointer = p && p->result_pointer;
    lifecycle_note(0);
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
static const struct binding *bind_caller(struct slot *slot, void *target, uintptr_t start, uintptr_t length, bool from_provider)
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

static _Noreturn void no_provider(const char *name, const char *path)
{
    message_line("flopshim: no loaded library provides ", name, " for ", path && *path ? path : "the program",
                 "; there is nothing to forward the call to", NULL);
    abort();
}

/* Code that lies in no object (made at run time) is bound as [0, 0). */
static const struct binding *look_up(const struct slot *slot, uintptr_t caller, bool nowhere)
{
    for (const struct binding *b = &slot->hot; b; b = __atomic_load_n(&b->next, __ATOMIC_ACQUIRE)) {
        uintptr_t length = __atomic_load_n(&b->length, __ATOMIC_ACQUIRE);
        if (caller - __atomic_load_n(&b->start, __ATOMIC_RELAXED) < length || (nowhere && !length && b != &slot->hot))
            return b;
    }
    return NULL;
}

const struct binding *forward_find(struct slot *slot, uintptr_t caller)
{
    uintptr_t start = 0, end = 0;
    const char *path = NULL;
    const struct binding *known = look_up(slot, caller, false);
    if (known)
        return known;
    int saved = errno;
    bool nowhere = !object_at(caller, &start, &end, &path);
    if (nowhere && (known = look_up(slot, caller, true)))
        return known;
    lifecycle_start();
    uint32_t symbol = (uint32_t)(slot - forward_slots);
    void *target = forward_resolve(symbol, path);
    if (!target)
        no_provider(forward_name(symbol), path);
    known = bind_caller(slot, target, start, end - start, path && provider_is_pure(path));
    errno = saved;
    return known;
}

/* ---- dlsym ---- */

/* A bare or upper-case name (dgemm) is a BLAS routine only where its library has the Fortran spelling too. */
static bool is_foreign(uint32_t symbol, void *target)
{
    const struct symbol *s = &forward_symbols[symbol];
    const char *name = forward_name(symbol);
    uintptr_t start, end;
    const char *path;
    char fortran[64];
    if (s->face != 'f' || strchr(name, '_') || strlen(name) + 2 > sizeof fortran)
        return false;
    if (!object_at((uintptr_t)target, &start, &end, &path))
        return true;
    size_t i = 0;
    for (; name[i]; i++)
        fortran[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] + 32 : name[i]);
    memcpy(fortran + i, "_", 2);
    return !forward_ask(path, fortran);
}

static void *bind_entry(uint32_t symbol, void *target)
{
    unsigned used = bound_used < BOUND_MAX ? bound_used : BOUND_MAX;
    void *body = (char *)forward_symbols + forward_symbols[symbol].body;
    for (unsigned i = 0; i < used; i++) {
        if (forward_slots[SYMBOL_COUNT + i].hot.target == target && forward_bound_body[i] == body)
            return forward_bound_entries + (size_t)BOUND_ENTRY_BYTES * i;
    }
    unsigned mine = atomic_fetch_add(&bound_used, 1);
    if (mine >= BOUND_MAX) {
        lifecycle_uncovered("functions given out by dlsym, more than the shim has entries for");
        return target;
    }
    struct binding *b = &forward_slots[SYMBOL_COUNT + mine].hot;
    forward_bound_body[mine] = body;
    describe(b, symbol, target);
    open_for(b, 0, UINTPTR_MAX);
    return forward_bound_entries + (size_t)BOUND_ENTRY_BYTES * mine;
}

struct answer {
    void *value;
    intptr_t decided; /* 0: not ours, let the real dlsym answer its caller */
};

/* What dlsym would say if the shim were not there; NULL with an error to be had from dlerror. */
static void *ask_without_shim(void *handle, const char *name, const char *path)
{
    void *found = forward_dlsym(handle == RTLD_NEXT ? RTLD_DEFAULT : handle, name);
    if (handle == RTLD_NEXT || (found && forward_in_shim(found)))
        found = forward_lookup(RTLD_NEXT, name);
    if (!found && handle == RTLD_DEFAULT && path)
        found = forward_ask(path, name);
    return found ? found : forward_lookup(RTLD_NEXT, name);
}

static struct answer answer_known(void *handle, uint32_t symbol, uintptr_t caller)
{
    const struct answer not_ours = {NULL, 0};
    uintptr_t start, end;
    const char *path = NULL;
    if (!lifecycle_start())
        return not_ours;
    /* A provider's own look-ups are its own, and behind the shim RTLD_NEXT does not reach it. */
    bool known = object_at(caller, &start, &end, &path);
    if ((known && provider_is_pure(path)) || (handle == RTLD_NEXT && !forward_is_before_shim(caller)))
        return not_ours;
    int saved = errno;
    void *target = ask_without_shim(handle, forward_name(symbol), path);
    if (target && !is_foreign(symbol, target))
        target = bind_entry(symbol, target);
    if (target)
        dlerror(); /* an attempt that failed is not the program's error */
    errno = saved;
    return (struct answer){target, 1};
}

/* Called by the dlsym wrapper, which is assembly. */
struct answer forward_answer(void *handle, const char *name, uintptr_t caller);

/* A sanitizer's runtime looks its functions up before it is ready for code that it instrumented. */
__attribute__((used, visibility("hidden"), no_sanitize("address", "thread", "undefined"))) struct answer
forward_answer(void *handle, const char *name, uintptr_t caller)
{
    forward_start();
    int64_t symbol = name ? forward_symbol(name) : -1;
    return symbol < 0 ? (struct answer){NULL, 0} : answer_known(handle, (uint32_t)symbol, caller);
}

/* dlsym looks at its return address for RTLD_NEXT and RTLD_DEFAULT: it must see the caller's, so it is jumped to. */
__asm__(".pushsection .text\n.globl dlsym\n.type dlsym, @function\ndlsym:\n.cfi_startproc\nendbr64\n"
        "pushq %rdi\n.cfi_adjust_cfa_offset 8\npushq %rsi\n.cfi_adjust_cfa_offset 8\n"
        "movq 16(%rsp), %rdx\nsubq $8, %rsp\n.cfi_adjust_cfa_offset 8\ncall forward_answer\n"
        "addq $8, %rsp\n.cfi_adjust_cfa_offset -8\npopq %rsi\n.cfi_adjust_cfa_offset -8\n"
        "popq %rdi\n.cfi_adjust_cfa_offset -8\ntestq %rdx, %rdx\nje 1f\nret\n"
        "1: jmp *forward_dlsym(%rip)\n.cfi_endproc\n.size dlsym, .-dlsym\n.popsection\n");
