/* What the valgrind tool (flopgrind.c) counts, and how the program under it asks (ask.c). */
#pragma once

enum { OPS_ADDS, OPS_MULTS, OPS_DIVS, OPS_SQRTS, OPS_FMAS, OPS_KINDS };

struct operations {
    unsigned long long count[OPS_KINDS]; /* of a fused multiply-add one, which is two operations */
};

/* Client request: *(struct operations *)argument is filled in; 1 under the tool, 0 outside of it. */
#define OPERATIONS_READ (('F' << 24) + ('C' << 16) + 1)
