/* The price of a call whose dimensions are small, in 64 bits. */
#pragma once
#include "cost.h"

#define SMALL_NOT UINT64_MAX

/* SMALL_NOT: it is not so small, or has another reason to be worked out in full. Else what that would give. */
uint64_t small_price(const struct cost_routine *routine, const int64_t *arg, enum cost_convention convention);
