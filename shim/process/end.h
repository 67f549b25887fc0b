/* The many ends of a process, and the summary that each writes. A summary is written by whoever still can: here at exit, _exit,
 * abort and exec; from the ledger, by `flopshim run` or `flopshim report`, where a signal ended the process. */
#pragma once
#include "ledger.h"
#include <stdint.h>

/* Write the summary now, and again at a later end. Other threads that come to an end wait for this one to end the process
 * (5 s at most, then they write none). Returns the first file's name or "". */
const char *end_write(enum ledger_end reason, uint32_t status);
/* After it: the process may live on, so other threads need not wait for this one to end it. */
void end_release(void);
/* Both, where the program, or a handler of its own, may still prevent the end; the summary is named on stderr. */
void end_write_and_say(enum ledger_end reason, uint32_t status);
/* At an exit: as end_write, and where `says`, the summary is named on stderr. */
const char *end_write_last(enum ledger_end reason, uint32_t status, bool says);

/* The image is about to be replaced; or it was not. */
void end_before_exec(void);
void end_exec_failed(void);

/* Write the summary so far to one file; 0, or -1 with errno. */
int end_write_to(const char *path);

void end_forget(void); /* in a fork child */
