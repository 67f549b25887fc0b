/* The section of the text summary that says with which dimensions the routines were called. */
#pragma once
#include "summary_model.h"

/* Nothing where shapes were not recorded. */
void text_shapes(const struct summary *summary, struct out *out);
