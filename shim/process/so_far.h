/* What a process tells of itself before its end. */
#pragma once
#include <stddef.h>

/* Write the summary so far to one file; 0, or -1 with errno. */
int so_far_write(const char *path);

/* What is not counted, as far as it is known before the end: its length, and as much as there is room for. */
size_t so_far_uncovered(char *text, size_t room);
