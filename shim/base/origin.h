/* What this process found when it was started: its folder, from which relative names of summaries start wherever the program
 * goes meanwhile, its stderr, and whether it was confined. */
#pragma once
#include "out.h"
#include <stdbool.h>
#include <stddef.h>

#define ORIGIN_BYTES 512

/* Note them. Called once, at the start of the process. */
void origin_note(void);

/* The folder that was noted; "" where it has no name that could be used. */
const char *origin_folder(void);

/* Is stderr what it was at the start, or a pipe or a terminal? Else the program has opened it as its own data. */
bool origin_has_stderr(void);

/* Print the text on stderr, if it is that. -1: no, or as out_print. */
int origin_print(const struct out *text, int patience_ms);

/* Has the process confined itself by seccomp since the start? What it had no need of may kill it then: it opens no file for us,
 * and is asked for nothing but what it does itself. */
bool origin_is_confined(void);

/* Make a relative path one in `folder`. It stays as it is where that folder is not there, or that of the start and not the same
 * any more (a chroot), and where the result would not fit. */
void origin_resolve(const char *folder, char *path, size_t size);

/* The path as the user would name it, in the folder where the process was started. */
const char *origin_shown(const char *path);
