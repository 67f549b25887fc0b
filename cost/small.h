/* The price of a call whose dimensions are small, in 64 bits. */
#pragma once
#include "cost.h"
#include <stdbool.h>

/* False: it is not so small, or has another reason to be worked out in full. Else *price is what that would give. */
bool small_price(const struct cost_routine *routine, const int64_t *arg, enum cost_convention convention, uint64_t *price);
