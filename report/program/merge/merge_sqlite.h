/* A merge as an SQLite database. */
#pragma once
#include "merge_sums.h"

/* Writes the file `output`, which is whole or not there. 0, or the exit status after a message. */
int merge_sqlite(const struct merge_sums *sums, const char *output);
