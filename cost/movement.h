/* What a call must at least move between memory and processor: the matrices and vectors that it reads, once, and those that it
 * writes, once (movement.card). FLOPs over that are the arithmetic intensity that no cache can better. */
#pragma once
#include "cost.h"
#include <stdbool.h>

/* Bytes of one call of that shape; value: its dimensions, then its options, as cost_dims() and cost_options() name them.
 * False: it is not known of this routine. Saturates. */
bool movement_bytes(const struct cost_routine *routine, const int64_t *value, uint64_t *bytes);

/* The same of a shape as text, "m=512 n=512 side=L", as summaries have it. False also where that is no shape of the routine. */
bool movement_of_shape(const struct cost_routine *routine, const char *text, uint64_t *bytes);
