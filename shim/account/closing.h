/* Closing the accounts, so that what is summed up at an end is all that was counted: no thread is between its charge and its
 * tally, and whoever calls later waits until the process has ended, or until the accounts are open again.
 *
 * A thread's way into its accounts costs no instruction for this. A fast body stores outer_frame, then loads careful_flops; the
 * slow body stores `charging`, then loads `closing_state`. The closer stores careful_flops and `closing_state`, makes a
 * barrier, then loads outer_frame and `charging`: where it finds nothing, the thread finds the gate shut. `charging` ends with
 * the tally. outer_frame goes on until the call returns; that the thread is past its few instructions is told by the processor
 * time that it has had since, or because it sleeps.
 *
 * Calls that cost nothing (CALL_FREE) leave no mark. They are counted, then go on by a way (ways.h) that the closer turns back
 * before its barrier. So what was counted before the barrier is seen, or is taken back, and what is counted after it is always
 * taken back, and waits. A call that is taken back while the accounts are summed up may be among them: it was begun,
 * and its thread waits. */
#pragma once
#include "thread.h"

enum { CLOSING_OPEN, CLOSING_CLOSED };

extern uint32_t closing_state; /* enum above; a futex */

static inline bool closing_is_closed(void)
{
    return __atomic_load_n(&closing_state, __ATOMIC_SEQ_CST) != CLOSING_OPEN;
}

/* Is it this thread that closed them? It is never kept waiting. */
bool closing_is_mine(void);

/* Close them. Returns how many calls may still be missing: those of threads that could not be waited for. Again by the same
 * thread, it costs little. Not under shim_lock. */
uint32_t closing_close(void);
/* Is no other thread in a call, at whose return it would note the time? Where they are closed, none begins one. */
bool closing_is_quiet(void);
/* They are closed: does no thread write to a tally any more, not even to take back what it had just counted? Waits for them. */
bool closing_settles(void);
/* All go on. Under shim_lock. */
void closing_open(void);

/* From here on program code runs that may wait for a thread that we hold: after a while the accounts are to be opened. */
void closing_has_patience(void);
bool closing_may_open(void); /* program code runs */
bool closing_lasts(void);    /* for longer than that while */
/* Wait until the accounts are open. True: they are not, but the while is over, or the closer waits for somebody too. */
bool closing_wait(void);

void closing_forget(void); /* in a fork child */
