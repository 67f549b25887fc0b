/* A refusal on its way to Python. */
#pragma once
#include <stdint.h>

struct refusal {
    const char *operation;
    uint64_t cost;
    uint64_t remaining;
};
