/* The process's tallies by the names that cover them: a.b.c is covered by a, a.b and a.b.c. Everything is under shim_lock. */
#pragma once
#include "ledger.h"
#include <stdint.h>

/* Does a name, or one of those dotted below it, label this namespace? */
bool name_covers(const char *name, const char *namespace_);

/* Calls of this process under a name, in all threads. Counts of running threads are read while they grow. */
uint64_t by_name_calls(const char *name);

/* A tally was added. */
void by_name_add(struct ledger_tally *tally);

/* In a child process: forget every tally. */
void by_name_forget(void);
