/* What happens to a call that does not fit. */
#pragma once
#include "flopshim.h"
#include "thread.h"
#include <stdbool.h>
#include <stdint.h>

/* True, it runs all the same (and is to be counted as an overrun); false, it is skipped; or it does not return. */
bool refuse_call(struct thread *t, const char *operation, uint64_t cost, uint64_t remaining, struct ledger_account *account);

/* The handler that the program has set with flopshim_on_exhausted(); NULL: none. Any thread. */
void refuse_ask(flopshim_handler handler, void *data);

void refuse_forget(void); /* in a fork child */
