/* FLOP_DETAIL=callers: from where a call came, as a ledger's record has it (enum ledger_caller). What was found of an address
 * is kept, a thread, in private memory, until anything is unloaded. */
#pragma once
#include "thread.h"
#include <stdint.h>

/* The place that a call returns to, as an object's and an address of its; 0 in all where there is no room to know it, and in a
 * signal's handler while the thread is in here. */
void callers_native(struct thread *t, uintptr_t address, int64_t values[LEDGER_CALLER_VALUES]);

/* Execution goes on at this stack address, where a handler jumped to. */
void callers_abandon(struct thread *t, uintptr_t to);
/* As shapes_leave. */
void callers_leave(struct thread *t);

/* A line of a script. False: there is no room to keep its names, and nothing is changed. */
bool callers_script(struct thread *t, const char *file, int line, const char *function, int64_t values[LEDGER_CALLER_VALUES]);
