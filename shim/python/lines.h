/* FLOP_DETAIL=callers in a Python program: the line of the script that is being run. */
#pragma once
#include "thread.h"

/* The line of the calling thread's innermost Python frame whose file is no library's (below .../lib/python3, or <frozen>);
 * where all are, of the innermost. False: the interpreter does not run, the thread is none of its, or the line cannot be had:
 * values are not changed. May wait for the interpreter's lock (lines.c); no lock of ours is held. t->caller is the call's. */
bool lines_find(struct thread *t, int64_t values[LEDGER_CALLER_VALUES]);
