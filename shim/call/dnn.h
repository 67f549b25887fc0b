/* What a primitive of oneDNN costs to execute: it is asked for its sizes, through the library that it is of. */
#pragma once
#include "plans.h"

/* The plan of a primitive, for an execution by the library's function `target` with these arguments; `room` is where one that
 * is of this execution alone is put. What is no product of matrices, and no convolution, is not counted. Any thread. */
const struct plan *dnn_plan(struct plan *room, const void *target, const void *primitive, const void *stream, const void *nargs,
                            const void *args);
