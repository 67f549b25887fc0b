/* How far a long work is, on stderr where that is a terminal: nothing in the first half second, then a bar about ten times a
 * second, which is gone at the end. One work at a time, in one thread. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* total: how many steps. Of less than two nothing is shown. */
void progress_begin(const char *verb, size_t total);
void progress_step(void);
/* Before a message: the line is free. The next step draws again. */
void progress_clear(void);
void progress_end(void);
