/* What the ledger shall say of the process and was found out before there was one, or may be found out again. */
#pragma once
#include "uncovered.h"

/* A line that the summary lists as uncovered, once however often it is said. Takes shim_lock. */
void kept_uncovered(const char *what);
/* The same for the way of a call: no lock but at the first time. said: the caller's own, of this line, 0 at first. */
void kept_uncovered_once(unsigned *said, const char *what);
/* The same of several. Under shim_lock. */
void kept_uncovered_all(const struct uncovered *found);
/* Of a process that goes on: *found becomes what was kept and itself, and that is written, but not kept. Under shim_lock. */
void kept_uncovered_so_far(struct uncovered *found);

/* A call passes through that cannot be counted: another thread is starting the shim, or there is no memory. Takes shim_lock. */
void kept_uncounted(void);

/* The process has its record: write what was kept. Under shim_lock. */
void kept_write(void);

void kept_forget(void); /* in a fork child */
