/* The lock in the ledger of a tree, which its processes share, or of a node's ranks. In a ledger of one process everything here
 * is trivially true. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* Waits for a living holder, for ever but at an end, and then answers false. Under shim_lock. */
bool ledger_lock(void);
void ledger_unlock(void);
/* The lock is this word from here on, but in a tree; NULL: there is none. */
void ledger_lock_use(uint64_t *word);
/* Such a word, taken where it is free, or its holder is dead. */
bool ledger_word_try(uint64_t *word);
void ledger_word_release(uint64_t *word);
/* From now on ledger_lock gives up after a second: the process ends. */
void ledger_lock_is_ending(void);

/* This process, as header.members and the lock name it. */
uint64_t ledger_member_self(void);
