/* A summary as CSV: one line an operation and namespace. */
#pragma once
#include "summary_model.h"

void summary_csv(const struct summary *summary, struct out *out);

/* A field, in quotes where it needs them. */
void csv_field(struct out *out, const char *text);
