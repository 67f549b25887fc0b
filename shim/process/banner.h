/* The lines on stderr that tell of a budget, once a process. */
#pragma once
#include "wide.h"

/* Print it for whatever opens first, the process's budget or a context's; 0: it has none. Any thread. */
void banner_print(wide budget);
/* Print it for the process's budget, where it has one. Under shim_lock. */
void banner_print_process(void);

/* With a budget, the process's or a context's: say that engines compute beyond it, where any is loaded; once a tree. At the
 * end; no lock of ours may be held. */
void banner_print_engines(void);

void banner_forget(void); /* in a fork child */
