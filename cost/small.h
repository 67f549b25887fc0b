/* The price of a call whose dimensions are small, in 64 bits, of any routine (cost.h: cost_small_price). */
#pragma once
#include "cost.h"

uint64_t small_price(const struct cost_routine *routine, const int64_t *arg, enum cost_convention convention);
