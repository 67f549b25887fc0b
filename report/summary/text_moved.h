/* The section of the text summary on memory traffic. */
#pragma once
#include "out.h"
#include "summary_model.h"

/* "21.33", of flops and bytes > 0. */
void text_put_intensity(struct out *out, uint64_t flops, uint64_t bytes);
/* Only where shapes were recorded. */
void text_moved(const struct summary *summary, struct out *out);
