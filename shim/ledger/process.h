/* The process's own record in the ledger. All under shim_lock. */
#pragma once
#include "ledger.h"
#include <stdbool.h>
#include <stdint.h>

extern struct ledger_process *ledger_process; /* NULL before the first counted call or marker of this image */

/* Make the record, and close those of earlier images of this process. False: no room. */
bool process_open(void);

/* What a summary says of the process. Each seals the record anew; none does anything where there is no record. */
void process_incomplete(uint32_t bits);
void process_uncounted(uint64_t calls);
void process_thread_started(void);
void process_dropped_call(void);
void process_refused(uint32_t operation, uint32_t namespace_, uint64_t cost, uint64_t remaining);
void process_uncovered(const char *text); /* what could not be seen: lines, a newline between them */
void process_ended(enum ledger_end reason, uint32_t status);
void process_goes_on(void); /* an exec failed */
