/* A summary as text. */
#pragma once
#include "summary_model.h"

/* `label`: the namespace in the header line, or NULL. */
void summary_text(const struct summary *summary, const char *label, struct out *out);
