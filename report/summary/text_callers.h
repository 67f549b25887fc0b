/* The section of the text summary that says from where the calls came. */
#pragma once
#include "summary_model.h"

/* Nothing where callers were not recorded. */
void text_callers(const struct summary *summary, struct out *out);
/* In a row: its line, its function, or its address, and of which file. */
void text_put_caller(struct out *out, const struct summary_caller *caller);
/* How many calls the log holds; nothing where none were logged. */
void text_log(const struct summary *summary, struct out *out);
