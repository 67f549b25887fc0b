/* The lock in the ledger of a tree, which its processes share. In a ledger of one process everything here is trivially true. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* Waits for a living holder, for ever but at an end, and then answers false. Under shim_lock. */
bool ledger_lock(void);
void ledger_unlock(void);
/* From now on ledger_lock gives up after a second: the process ends. */
void ledger_lock_is_ending(void);

/* This process, as header.members and the lock name it. */
uint64_t ledger_member_self(void);
