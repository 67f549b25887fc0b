/* The rules of movement.card, generated: what movement.c knows a routine by. */
#pragma once
#include "checked.h"

extern const uint16_t movement_rules[]; /* by routine; 0: there is none */

/* By a rule, from the values of a shape; negative where they describe nothing. */
count_t movement_numbers(unsigned rule, const int64_t *value);
