/* The table of `flopshim list`: a row for the precisions that share a formula. */
#pragma once
#include <stdbool.h>

/* wanted: by routine. On a terminal formula and source are folded into its width; elsewhere a row is a line. */
void listing_print(const bool *wanted);
