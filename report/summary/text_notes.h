/* The sections behind the tables. */
#pragma once
#include "text_rows.h"

/* Each only where it has something to say. */
void text_notes(const struct summary *summary, struct out *out);
