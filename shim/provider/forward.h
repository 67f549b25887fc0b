/* Finding the provider of a symbol. A slot holds the bindings of one exported name, one for each object that calls it. */
#pragma once
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* For calls from [start, start + length): go to target. Never changed once length is set, never freed. */
struct binding {
    uintptr_t start;
    uintptr_t length;
    void *target;
    bool wide;           /* integers have 64 bits */
    bool result_pointer; /* complex results through a first, hidden pointer (Intel's convention) */
    bool from_provider;  /* the caller is a pure provider: its own call, nested whatever the thread */
    struct binding *next;
};

/* hot: of the first caller that is no provider itself, tried by the stub; hot.next: the others'. */
struct slot {
    struct binding hot;
};

/* One a symbol, and one for each function that dlsym has given out (generated, because entries name theirs). */
#define BOUND_MAX 4096
extern struct slot forward_slots[] __attribute__((visibility("hidden")));

/* One exported name (generated, without relocations: offsets from forward_symbols). */
struct symbol {
    uint32_t name; /* offset in forward_names */
    int32_t body;
    uint16_t routine;
    uint8_t wide; /* the name says 64-bit integers */
    uint8_t face; /* 'f' or 'g' Fortran, 'c' CBLAS, 'e' LAPACKE */
};
extern const struct symbol forward_symbols[] __attribute__((visibility("hidden")));

/* The binding for a call from `caller`, resolved at its first use. Aborts with a message where no provider is loaded.
 * Keeps errno. Lock-free. */
const struct binding *forward_find(struct slot *slot, uintptr_t caller);

/* The name of an exported symbol, and the symbol of a name (-1: not ours). */
static inline const char *forward_name(uint32_t symbol)
{
    extern const char forward_names[] __attribute__((visibility("hidden")));
    return forward_names + forward_symbols[symbol].name;
}
int64_t forward_symbol(const char *name);

/* The function that the object at `path` (NULL: code that lies in no object) reaches by a symbol's name, or NULL. */
void *forward_resolve(uint32_t symbol, const char *path);

/* The function of that name in the loaded object at path, or in what it needs. */
void *forward_ask(const char *path, const char *name);

bool forward_in_shim(const void *address);

/* Was the object that holds this address loaded before the shim, so that RTLD_NEXT reaches the shim from there? */
bool forward_is_before_shim(uintptr_t address);

/* The real dlsym. */
extern void *(*forward_dlsym)(void *, const char *)__attribute__((visibility("hidden")));

/* dlsym on a handle, never answered by the shim itself: NULL instead. */
void *forward_lookup(void *handle, const char *name);

/* The next definition of a libc function behind the shim. */
void *forward_next(const char *name);

/* Find the real dlsym. */
void forward_start(void);

/* At start, once: what RTLD_NEXT can tell already. */
void forward_note_start(void);
/* Was the object at this address a provider then? */
bool forward_was_there_at_start(uintptr_t start);

/* What the banner says of the provider seen first: "OpenBLAS 0.3.21 backend", or "no BLAS loaded yet". */
void forward_backend(char *text, size_t size);

/* Note the providers seen so far in the ledger. Under shim_lock. */
void forward_record_providers(void);
