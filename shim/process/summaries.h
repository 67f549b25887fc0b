/* The summary files of this process. */
#pragma once
#include "ledger.h"

/* Write those that FLOP_OUTPUT asks for, or write them anew. Under shim_lock. */
void summaries_write(void);
/* To one more; 0, or -1 with errno. Under shim_lock. */
int summaries_write_to(const char *path);

/* What was written, as a user would name it; "" where nothing was. */
const char *summaries_named(void);

/* The line on stderr that names it, once a process; of a tree, by the process that wrote it last. Where a message has named it
 * already, summaries_said(). */
void summaries_say(enum ledger_end reason);
void summaries_said(void);

/* Those of processes that are dead and could not write them: of this one's children, and where it has counted itself, of any of
 * this user's that used the same folder for their ledgers. Under shim_lock, at the end. */
void summaries_sweep(void);

void summaries_forget(void); /* in a fork child */
