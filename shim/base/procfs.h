/* Files of /proc. System calls only: any state of the process. */
#pragma once
#include <stddef.h>

/* As much of the file as fits, terminated. Its length, or 0. */
size_t procfs_read(const char *path, char *text, size_t size);
