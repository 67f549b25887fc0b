/* Watching over the ledgers of a run while its program runs: whoever may write a ledger may also write over it, cut it or
 * remove it. What can be seen of that from outside is found here. Only the flopshim program uses this, one thread, one watch
 * at a time. */
#pragma once
#include "leftover.h"

/* Begin, with a folder that is empty yet. `library`: file name of the preload that descendants should have mapped; NULL:
 * they are not looked at. -1: this kernel has no way to watch; nothing is found then but by watch_end. */
int watch_begin(const char *folder, const char *library);

/* From now on processes remove their ledgers themselves, as where nobody watches: where there will be no looks. */
void watch_let_go(void);

/* Readable where something changed in the folder; -1: none. */
int watch_descriptor(void);

/* Look. At most once in a while, unless something changed; returns in how many milliseconds it is worth looking again, so
 * that all looks together take less than 1 % of one processor. `root`: the program's process. */
int watch_look(pid_t root);

/* The program has ended. Says on stderr what was found, writes the summaries of ledgers that were tampered with from what was
 * last seen of them (they end up incomplete, with the findings under `uncovered`) and removes what lies in their place.
 * True: a ledger with a limit was tampered with, so that the limit may not have held. */
bool watch_end(const char *templates, const struct ended_child *child, bool quiet);
