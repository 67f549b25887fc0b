/* The binding for a call, found or made. */
#pragma once
#include "bind.h"

/* For a call from `caller`, resolved at its first use. Aborts with a message where no provider is loaded. Keeps errno.
 * Lock-free, but for the loader's locks at the first use. */
const struct binding *call_find_binding(struct slot *slot, uintptr_t caller);
