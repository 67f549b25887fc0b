/* From where the FLOPs of a summary came, over all operations: the rows of their histograms of callers, one a caller. */
#pragma once
#include "summary_model.h"

/* What one caller called of one operation. */
struct callers_cell {
    const struct summary_operation *operation;
    const struct summary_shape *row;
};

struct callers_use {
    const struct summary_caller *caller;
    uint64_t calls;
    wide flop_cost;
    size_t first; /* its cells, those with the most FLOPs first */
    size_t count;
};

struct callers {
    struct callers_use *uses; /* those with the most FLOPs first */
    size_t count;
    struct callers_cell *cells;
    struct summary_use others; /* of operations whose callers were recorded: what is in no row */
    uint64_t error_calls;
    wide error_flops; /* no caller that has no row had more, nor does a row lack more */
    void *memory;
    size_t bytes;
};

/* False: out of memory. */
bool callers_open(struct callers *callers, const struct summary *summary);
void callers_close(struct callers *callers);
