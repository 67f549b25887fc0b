/* Bytes that calls moved at least, of the shapes that were recorded (FLOP_DETAIL=shapes) and whose routines have a rule
 * (movement.h). */
#pragma once
#include "summary_model.h"

/* flops and calls: those that the bytes are of. */
struct summary_moved {
    wide bytes;
    wide flops;
    uint64_t calls;
};

/* Of all calls of a shape of that routine's (precisions_routine()). False: not known. */
bool summary_moved_by_shape(int routine, const struct summary_shape *shape, wide *bytes);
struct summary_moved summary_moved_by(const struct summary_operation *operation);
void summary_moved_add(struct summary_moved *to, const struct summary_moved *moved);
/* Of all operations. */
struct summary_moved summary_moved(const struct summary *summary);
