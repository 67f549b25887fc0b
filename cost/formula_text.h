/* The formula of a routine for people: the words of its card, weighed. */
#pragma once
#include "cost.h"

/* The routine's formula for convention ops: of its arguments, and of other routines' prices. Cut to size. */
void cost_formula(const struct cost_routine *r, char *out, size_t size);
