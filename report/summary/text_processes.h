/* The section by process. */
#pragma once
#include "text_rows.h"

/* Of a tree that has more than one. */
void text_processes(const struct summary *summary, struct out *out);
