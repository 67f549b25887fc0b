/* This process's part of its node's ledger (ledger_node.h). All under shim_lock. */
#pragma once
#include "ledger_node.h"
#include <stdbool.h>

extern struct node_header *ledger_node; /* NULL: the ledger is the process's own file */

/* Make one beside this process's own ledger, with room for so many ranks, and tell its path. False: it cannot be made. */
bool ledger_node_make(uint32_t slots, char *path, size_t size);
/* Move the ledger into that slot of it. The program's threads must not change it meanwhile. False: it stays where it is. */
bool ledger_node_move(const char *path, uint32_t slot);

/* Back the ledger's bytes up to `to`, where they are backed up to `from`; fd: the open file. */
bool ledger_node_grow(int fd, size_t from, size_t to);
/* Map the whole file, also what it grows by. False: there is no address space for it. */
bool ledger_node_map(void);
bool ledger_node_is_mapped(void);
/* A place in it; NULL: beyond what is mapped. */
void *ledger_node_at(uint64_t place);
const struct node_slot *ledger_node_own(void);

/* This process needs its part no more. True: nobody needs the file. */
bool ledger_node_leave(void);
/* The mapping goes: in a fork child, which has a ledger of its own. */
void ledger_node_forget(void);
