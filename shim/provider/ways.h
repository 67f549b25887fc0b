/* Where the calls go on that entries count (CALL_FREE), one way a look (looks.h), for all threads: to the function or, while
 * the accounts are closed, back to where the entry takes its count back. Lock-free. */
#pragma once
#include "looks.h"
#include <stdbool.h>
#include <stdint.h>

extern uintptr_t ways_on[LOOKS] __attribute__((visibility("hidden")));

/* The look of a symbol; -1: it has none. */
int ways_of(uint32_t symbol);

/* Before that look is finished: its calls go on to `target`. `seen`: the way as it was before the target was made sure of.
 * False: somebody has changed it since. */
bool ways_lead(int look, uintptr_t seen, uintptr_t target);

/* The accounts are closed, and what threads had at hand is forgotten: calls that were counted and have not gone on yet are
 * taken back. And the accounts are open again. */
void ways_turn_back(void);
void ways_turn_on(void);
