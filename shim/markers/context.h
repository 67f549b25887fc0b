/* Contexts, for the other files of this room. */
#pragma once
#include "flopshim.h"
#include "thread.h"

bool context_is_valid(const struct flopshim_context *context);
/* Open one, of the thread's or the process's: FLOPSHIM_OK, _NESTED or _NO_SPACE. Its budget (0: none) and what it has used may
 * be more than the struct has room for. Under shim_lock; thread_refresh() is to follow. */
int context_open(struct thread *t, const struct flopshim_context *context, wide flop_budget, wide flops_used);
/* Close the thread's own, which is open, with its log and its scopes. The same. */
void context_close(struct thread *t);
