/* Placeholder until evaluate.c lands */
#pragma once
#include "cost.h"
int cost_evaluate_line(const char *routine, const char *arguments, enum cost_convention convention, uint64_t *cost);
