/* A ledger's file, read into memory. */
#pragma once
#include "ledger_read.h"

/* Read a ledger file into memory and check it; a live one may grow meanwhile and is read again, up to five times. Failure:
 * -1 with errno (*why == NULL) or -1 and a text. */
int ledger_load(const char *path, struct ledger_view *view, const char **why);
/* The same of an open file, which may have been removed since. */
int ledger_load_open(int fd, struct ledger_view *view, const char **why);
/* The memory of a loaded ledger goes. */
void ledger_unload(const struct ledger_view *view);
