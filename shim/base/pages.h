/* Private memory from the kernel: zeroed, and safe where malloc is not (inside a program's own, or in a signal handler). */
#pragma once
#include <stddef.h>

/* At least one byte; NULL where there is none. errno is kept. */
void *pages_get(size_t bytes);
/* The same, of what may never be touched: only the pages that are written to count against a limit. */
void *pages_reserve(size_t bytes);
/* Shared with the children that this process forks. */
void *pages_share(size_t bytes);
/* What was got with this size; NULL is nothing. errno is kept. */
void pages_free(void *memory, size_t bytes);
