/* A look at the program of `flopshim run` before it is started. */
#pragma once
#include <stdbool.h>

/* Says in one line on stderr why nothing, or not everything, of what argv0 does will be counted. 0: run it; else the
 * status to leave with, because a budget is set (FLOP_BUDGET) that could not be enforced. *without_preload: it would not
 * even start with the library preloaded. */
int inspect_program(const char *argv0, bool *without_preload);
