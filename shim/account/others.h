/* The other processes of a tree, or ranks of a node, as far as the first account is concerned: what their threads were allowed
 * of it, and how to get it back. All under ledger_lock. In a ledger of one process there are none. */
#pragma once
#include "ledger.h"

/* A process of its own from here on: look at everything anew. */
void others_forget(void);

/* From here on the account is that of all ranks of the node; its file is mapped (ledger_node_map). False: no memory. */
bool others_join(void);
/* Could there be any? */
bool others_are_there(void);

/* Look for what was appended since: before what follows, of which others_taken does it by itself. */
void others_look(void);
/* What all of them together were allowed, or have spent. */
wide others_taken(bool allowed);

/* How many threads of them hold a slot. */
uint64_t others_threads(void);

/* Visit every grant of theirs that has something unused, or is recalled; NULL: none. Returns what is unused in all. */
wide others_each(void (*visit)(struct ledger_grant *));

/* Until no owner of a grant is inside its few instructions, or it has died there. */
void others_wait(void);

/* What a process that died had not used comes back. Was there any? */
bool others_settle_dead(void);

/* What a process that is dead has used of the first account is fixed. Under ledger_lock. */
void others_settle(struct ledger_process *process);
