/* The section by process. */
#pragma once
#include "text_rows.h"

/* Writes it for a tree that has more than one process. */
void text_processes(const struct summary *summary, struct out *out);
