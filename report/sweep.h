/* The ledgers of the dead: what a process left that was killed, or ended past every hook, is made a summary by the next one
 * that looks. Of two that look at the same time one writes; of one that dies meanwhile nothing is lost. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SWEEP_NAME_BYTES 256

struct sweep {
    bool children_only; /* leave those of other processes, and of other runs of flopshim */
    bool quiet;         /* no line for each */
};

/* Write the summaries of dead processes of this user whose ledgers lie in the folder, each where its process wanted it, and
 * remove them; also in the folders of `flopshim run`s that are dead. What a living parent will do is left to it, and
 * what somebody watches (LEDGER_WATCHED) to whoever does. A bounded number, in bounded time. No malloc, no stdio. */
void sweep_folder(const char *folder, const struct sweep *how);

/* What the name of a ledger's file says: flopshim.PID.NONCE.ledger, or with .PID-TICKS before the end, of who has claimed it;
 * or with LEDGER_UNREADY behind it. */
struct sweep_name {
    uint32_t pid;
    uint32_t claimer; /* 0: nobody */
    uint64_t claimer_ticks;
    bool unready;
};
bool sweep_parse(const char *name, struct sweep_name *parsed);
/* Is the process that has claimed the ledger still at work? */
bool sweep_is_claimed(const struct sweep_name *name);
/* Claim a ledger: of several processes that try, one succeeds. `claimed` is its name from then on. */
bool sweep_claim(int folder, const char *name, char claimed[SWEEP_NAME_BYTES]);

/* The pid of the run whose folder is named so, flopshim-PID-NAMESPACE-XXXXXX; 0: it is no such name. */
uint32_t sweep_run_of(const char *folder_name);
bool sweep_run_is_dead(const char *folder_name);
