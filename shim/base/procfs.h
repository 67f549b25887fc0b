/* Files of /proc. System calls only: any state of the process. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* As much of the file as fits, terminated. Its length, or 0. */
size_t procfs_read(const char *path, char *text, size_t size);

/* Where the mapping that holds this address begins, or 0. */
uintptr_t procfs_mapping(uintptr_t address);
