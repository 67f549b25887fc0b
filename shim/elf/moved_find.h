/* Functions of moved.h that the loader did not link. */
#pragma once
#include "moved.h"

/* Where a loaded object of the C library has the function now; NULL: nowhere, the process has no libpthread. libdl is loaded
 * for it: the loader is called. */
void *moved_find(const char *name);

#define MOVED_FIND(name) (MOVED(name) ? MOVED(name) : (__typeof__(&(name)))moved_find(#name))
