/* The process's own record in the ledger. All under shim_lock. */
#pragma once
#include "ledger.h"
#include <stdbool.h>
#include <stdint.h>

extern struct ledger_process *ledger_process; /* NULL before the first counted call or marker of this image */

/* The process begins now, or it is a fork child: what its record says of its start. */
void self_begins(void);

/* Make the record, of the image that the process is after so many execs. False: no room. */
bool self_open(uint32_t exec_number);
/* An earlier image of this process, which exec replaced, is over. */
void self_superseded(struct ledger_process *earlier);

/* What a summary says of the process. Each seals the record anew; none does anything where there is no record. */
void self_incomplete(uint32_t bits);
void self_uncounted(uint64_t calls);
void self_thread_started(void);
/* An MPI job that is counted together. */
void self_joined(uint32_t rank, uint32_t ranks, uint32_t job_number);
void self_told(uint32_t mark); /* its summary is written */
void self_dropped_call(void);
void self_refused(uint32_t operation, uint32_t namespace_, uint64_t cost, wide remaining);
/* The last refusal was for its time. */
void self_refused_late(uint64_t elapsed_ns, uint64_t limit_ns);
void self_refused_with(wide remaining); /* of the last refusal */
void self_unclosed(uint32_t calls);     /* that an end may have missed; 0: none after all */
void self_uncovered(const char *text);  /* what could not be seen: lines, a newline between them */
void self_ended(enum ledger_end reason, uint32_t status);
void self_goes_on(void); /* an exec failed */
