/* A call that did not fit, and how that is said. */
#pragma once
#include "out.h"
#include <stdint.h>

struct refusal {
    const char *operation;
    uint64_t cost;
    uint64_t remaining;
};

/* "flopshim: dgemm would cost 2,000 FLOPs but only 1,000 remain". `would`: " would cost " or " costs ". */
void refusal_say(const struct refusal *refusal, const char *would, struct out *out);
