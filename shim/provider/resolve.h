/* Finding the provider of a symbol, and what the real dlsym knows. */
#pragma once
#include "bind.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The symbol of a name; -1: not one of ours. */
int64_t forward_symbol(const char *name);

/* The same, and how long the longest beginning of a name is that is a name of ours, and ends where an underscore stands on
 * either side; 0: none is, or the whole name is one. */
int64_t forward_symbol_or_beginning(const char *name, size_t *beginning);

/* May a name in a loaded object's table be one of ours, or begin as one does, by its first letters? Of thousands that an
 * interpreter needs hardly any. */
bool forward_may_be(const char *name);

/* The Fortran spelling of a bare or upper-case name, dgemm_ of dgemm or DGEMM: such a name means BLAS only where that is there
 * too. False: the name is another spelling, or none of ours. */
#define FORWARD_SPELLING 64
bool forward_fortran(const char *name, char spelling[FORWARD_SPELLING]);

/* The function that a caller in the object at `path` (NULL: code that lies in no object) reaches by a symbol's name, or NULL.
 */
void *forward_resolve(uint32_t symbol, uintptr_t caller, const char *path);

/* The function of that name in the loaded object at path, or in what it needs. */
void *forward_ask(const char *path, const char *name);

bool forward_in_shim(const void *address);

/* Was the object that holds this address loaded before the shim, so that RTLD_NEXT reaches the shim from there? */
bool forward_is_before_shim(uintptr_t address);

/* May the object that holds this address be unloaded without telling, and another take its place? It was opened later, and was
 * linked without the compiler's start files. */
bool forward_goes_silently(uintptr_t address);

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
/* At start, where the shim is disabled: nothing that is bound from now on is bound to it. */
void forward_hide(void);

/* What lies in [start, end) is being unloaded. */
void forward_forget(uintptr_t start, uintptr_t end);

/* A function of a provider that was there then, or NULL. */
void *forward_first_at_start(void);
