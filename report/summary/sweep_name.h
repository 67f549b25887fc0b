/* Names of ledgers and of the folders of runs, and what they tell before anything is opened. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define SWEEP_NAME_BYTES 256

/* What the name of a ledger's file says: flopshim.PID.NONCE.ledger, or with .PID-TICKS before the end, of who has claimed it;
 * or with LEDGER_UNREADY behind it. */
struct sweep_name {
    uint32_t pid;
    uint32_t claimer; /* 0: nobody */
    uint64_t claimer_ticks;
    bool unready;
};
bool sweep_parse(const char *name, struct sweep_name *parsed);
/* Is whoever has claimed it still at work? */
bool sweep_is_claimed(const struct sweep_name *name);
/* Take it: only one who tries succeeds. `claimed` is its name from then on. */
bool sweep_claim(int folder, const char *name, char claimed[SWEEP_NAME_BYTES]);

/* flopshim-PID-NAMESPACE-XXXXXX: the folder of a run, for its ledgers. The run's pid, or 0. */
uint32_t sweep_run_of(const char *folder_name);
bool sweep_run_is_dead(const char *folder_name);
