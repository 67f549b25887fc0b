/* Libraries that compute by themselves what no BLAS is called for: such an engine is named where it is loaded or, where it can
 * be told at no cost, called. Nothing of it is on the way of a call. */
#pragma once
#include "uncovered.h"

/* Add a line for each kind that is found among the loaded objects. Calls the loader; no lock of ours may be held. */
void engines_look(struct uncovered *list);
