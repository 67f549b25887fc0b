/* The one lock of the shim: it guards the ledger's structure, accounts and contexts, and is never held across the loader, a
 * forwarded call or user code. Whoever holds it is not interrupted by a handler, which would wait for it for ever. */
#pragma once
#include <stdbool.h>

void shim_lock(void);
void shim_unlock(void);

/* Without waiting: false, somebody else holds it. */
bool shim_try_lock(void);
/* At an end, whoever holds the lock may never run again: after a second, false; go on without. */
bool shim_lock_at_end(void);

/* What shim_lock does first, without the lock: a child process that no handler of fork saw must notice that it is one before it
 * waits for a thread of its parent's, or writes where its parent does. */
void shim_lock_first(void (*notice)(void));

/* In a fork child, whose parent's threads are gone: nobody holds it. */
void shim_lock_forget(void);
