/* Adding to this process's ledger: blocks, records and strings. All under shim_lock. */
#pragma once
#include "ledger.h"
#include <stddef.h>

/* A block more, or NULL. owner: the slot of a thread. */
struct ledger_block *ledger_add_block(enum ledger_kind kind, uint32_t record_bytes, uint32_t capacity, uint32_t owner);
/* A copy of the record in the block, which has room. */
void *ledger_append(struct ledger_block *block, const void *record);
/* The same, in a fitting block; or NULL. */
void *ledger_add(enum ledger_kind kind, const void *record, uint32_t record_bytes);

/* The offset of a text, once however often it is asked for; 0 for "" or where there is no room. */
uint32_t ledger_intern(const char *text);

/* Orders what happens in all threads of all processes. */
uint64_t ledger_tick(void);

/* In a child process: it has no record yet, and unless the ledger is a tree's, none of its parent's ledger. in_call: it may be
 * in the middle of a call, which goes on with what it knows of that. */
void ledger_forget_process(bool in_call);
