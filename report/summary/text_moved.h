/* The section of the text summary on memory traffic. */
#pragma once
#include "out.h"
#include "summary_model.h"

/* Only where shapes were recorded. */
void text_moved(const struct summary *summary, struct out *out);
