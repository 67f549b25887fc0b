/* The many ends of a process, and the summary that each writes. A summary is written by whoever still can: here at exit, _exit,
 * abort and exec; from the ledger, by `flopshim run` or `flopshim report`, where a signal ended the process. */
#pragma once
#include "ledger.h"
#include <stdbool.h>
#include <stdint.h>

/* Write the summary now, and again at a later end; where `says`, it is named on stderr. The accounts are closed from here on
 * (closing.h). Other threads that come to an end wait for this one to end the process (5 s at most, then they write none).
 * Returns the first file's name or "". */
const char *end_write(enum ledger_end reason, uint32_t status, bool says);
/* Only close the accounts. False: another thread ends the process. */
bool end_close(void);
/* After either: the process lives on, and its accounts are open again. */
void end_release(void);
/* Or it may live on: a handler of its own runs. Other threads wait for it, but not for ever. */
void end_linger(void);

/* exit: before the destructors of the libraries, with the status that was seen by then; and after them, where only what has
 * changed since is written, and nothing slow is done: other threads may be in a provider that has been torn down. */
void end_write_early(enum ledger_end reason, uint32_t status, bool says);
const char *end_write_late(enum ledger_end reason, uint32_t status, bool says);
void end_watch_exit(void); /* from the first count on */
int end_exit_status(void);

void end_before_abort(void);
/* The image is about to be replaced; or it was not. */
void end_before_exec(void);
void end_exec_failed(void);

/* What was not seen, looked for before the lock is taken: the loader has one of its own. False: there is nothing to say. */
struct uncovered;
bool end_look_for_uncovered(struct uncovered *found);

/* Another thread has closed the accounts: wait until it has ended the process, or they are open again. */
void end_wait(void);
/* The thread that closed them counts something. */
void end_touch(void);

/* What was written stays: the process only takes a longer way to its end. */
void end_keep(void);

void end_forget(void); /* in a fork child */
