/* A ledger's file, read into memory. */
#pragma once
#include "ledger_read.h"

/* Read a ledger file into memory and check it; a live one may grow meanwhile and is read again, up to five times. Failure:
 * -1 with errno (*why == NULL) or -1 and a text. */
int ledger_load(const char *path, struct ledger_view *view, const char **why);
/* The same of an open file, which may have been removed since. */
int ledger_load_open(int fd, struct ledger_view *view, const char **why);
/* The same of a part of a node's ledger (ledger_node.h). ledger_load takes such a part by name: FILE#NUMBER. */
int ledger_load_part(int fd, uint32_t number, struct ledger_view *view, const char **why);
/* The memory of a loaded ledger goes. */
void ledger_unload(const struct ledger_view *view);
