/* The section by namespace. */
#pragma once
#include "text_rows.h"

/* Where the header's `label` does not say it all. */
void text_namespaces(const struct summary *summary, const char *label, struct out *out);
