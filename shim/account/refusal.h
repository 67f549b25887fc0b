/* A call that did not fit, and how that is said. */
#pragma once
#include "out.h"
#include "wide.h"
#include <stdint.h>

struct refusal {
    const char *operation;
    uint64_t cost;
    wide remaining;
    uint64_t elapsed_ns; /* of a call whose time is over: what has passed, */
    uint64_t limit_ns;   /* and of what; 0: its cost does not fit */
};

/* "flopshim: dgemm would cost 2,000 FLOPs but only 1,000 remain". `would`: " would cost " or " costs ". Of one whose time is
 * over: "flopshim: dgemm comes when 30.002 s have passed of a time limit of 30.000 s". */
void refusal_say(const struct refusal *refusal, const char *would, struct out *out);
