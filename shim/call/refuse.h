/* What happens to a call that does not fit. */
#pragma once
#include "flopshim.h"
#include "refusal.h"
#include "thread.h"
#include <stdbool.h>
#include <stdint.h>

/* True, it runs all the same (and is to be counted as an overrun); false, it is skipped; or it does not return. account: which
 * has too little left; NULL: its time is over. */
bool refuse_call(struct thread *t, struct refusal *r, struct ledger_account *account);

/* The handler that the program has set with flopshim_on_exhausted(); NULL: none. Any thread. */
void refuse_ask(flopshim_handler handler, void *data);

void refuse_forget(void); /* in a fork child */
