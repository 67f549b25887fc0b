/* What was done in which precision, by the names of the operations. */
#pragma once
#include "precision.h"
#include "summary_model.h"

/* The routine of exactly that name, or -1. A program may deduct an operation of any name. */
int precisions_routine(const char *operation);
enum cost_precision precisions_of(const char *operation);

/* By enum cost_precision; together they are what was used. Deductions are in COST_OTHER. */
void precisions_add_up(const struct summary *s, struct summary_use uses[COST_PRECISIONS]);
