/* The ledgers of the dead: what a process left that was killed, or ended past every hook, is made a summary by the next one
 * that looks. Of two that look at the same time one writes; of one that dies meanwhile nothing is lost. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct sweep {
    bool children_only; /* leave those of other processes, and of other runs of flopshim */
    bool quiet;         /* no line for each */
};

/* Write the summaries of dead processes of this user whose ledgers lie in the folder, each where its process wanted it, and
 * remove them; also in the folders of `flopshim run`s that are dead. What a living parent will do is left to it, and
 * what somebody watches (LEDGER_WATCHED) to whoever does. A bounded number, in bounded time. No malloc, no stdio. */
void sweep_folder(const char *folder, const struct sweep *how);
