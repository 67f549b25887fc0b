/* The summary files of this process. */
#pragma once
#include "ledger.h"
#include "output.h"

/* Write those that FLOP_OUTPUT asks for, or write them anew. Under shim_lock. */
void summaries_write(void);
/* To one more; 0, or -1 with errno. Under shim_lock. */
int summaries_write_to(const char *path);

/* A job of many processes has one summary. Those of its files that FLOP_OUTPUT asks for, by the process that has all there is
 * to say (job.h): 0, or -1 where any failed. */
int summaries_write_job(output_render *render, void *data, char *names, size_t size);
/* What this process told, and that it is in those files. It writes its own, named apart, where it has counted more by its end;
 * tables of one process and logs it writes at any rate. */
void summaries_told(const struct summary *summary);
void summaries_given(void);
/* A rank whose job has no summary leaves its ledger to `flopshim run`, which makes one of all ranks' ledgers. */
bool summaries_are_left_to_run(void);
/* Where this process is a rank whose job has no summary, for this reason: by which command it is made. Said once; not where it
 * is left to `flopshim run`. */
void summaries_advise(const char *why);

/* What was written, as a user would name it; "" where nothing was. */
const char *summaries_named(void);

/* The line on stderr that names it, once a process; of a tree, by the process that wrote it last. Where a message has named it
 * already, summaries_said(). */
void summaries_say(enum ledger_end reason);
void summaries_said(void);

/* Those of processes that are dead and could not write them: of this one's children, and where it has counted itself, of any of
 * this user's that used the same folder for their ledgers. Under shim_lock, at the end. */
void summaries_sweep(void);

void summaries_forget(void); /* in a fork child */
