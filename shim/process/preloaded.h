/* How the shim came into this process, and whether an environment would bring it into another. Async-signal-safe. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* By LD_PRELOAD, as opposed to /etc/ld.so.preload or by name? */
bool preloaded_by_environment(void);
/* Does this environment's LD_PRELOAD hold the shim? */
bool preloaded_in(char *const environment[]);
/* What a program with this environment would lack to be counted with this one: "its environment lacks ..."; NULL: nothing. */
const char *preloaded_lacks(char *const environment[]);
/* Why it would not join this one's tree all the same: "as another user"; NULL: it would. */
const char *preloaded_leaves(void);
/* "LD_PRELOAD=" and what is left of it without the shim; entries that do not fit in `size` are left out. */
void preloaded_strip(char *const environment[], char *text, size_t size);
