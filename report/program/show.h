/* What `flopshim report` prints, and where; where other verbs print. */
#pragma once
#include "load.h"

/* Render a summary to `out`. format: text, json or csv. one_of_many: a text gets its path as a heading. */
void show_summary(const char *path, const struct loaded *loaded, const char *format, bool one_of_many, struct out *out);
/* Write `out` to the file `output`, or to stdout where that is NULL or `-`. 0, or the exit status after a message. */
int show_deliver(const char *verb, const struct out *out, const char *output);
