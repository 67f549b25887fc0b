/* The sections of the text summary on time. */
#pragma once
#include "out.h"
#include "summary_model.h"

/* Each only where calls were timed. */
void text_times(const struct summary *summary, struct out *out);
