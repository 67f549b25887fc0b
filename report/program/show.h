/* What `flopshim report` prints, and where. */
#pragma once
#include "load.h"

/* As text, json or csv. one_of_many: a text has its path above it. */
void show_summary(const char *path, const struct loaded *loaded, const char *format, bool one_of_many, struct out *out);
/* To the file, or to stdout where it is NULL or `-`. 0, or the exit status after a message. */
int show_deliver(const struct out *out, const char *output);
