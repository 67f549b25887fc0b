/* The functions that the shim stands before. They are looked up at start: a fork child of a threaded program must not call the
 * loader. */
#pragma once
#include "resolve.h"

#define EXPORTED __attribute__((visibility("default")))

/* Find the next definition of a C library's function, where `place`, a pointer to it, is still NULL. */
static inline void find_next(void *place, const char *name)
{
    if (!*(void **)place)
        *(void **)place = forward_next(name);
}
