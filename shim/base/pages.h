/* Private memory from the kernel: zeroed, and safe where malloc is not (inside a program's own, or in a signal handler). */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* At least one byte; NULL where there is none. errno is kept. */
void *pages_get(size_t bytes);
/* The same, of what may never be touched: only the pages that are written to count against a limit. */
void *pages_reserve(size_t bytes);
/* Shared with the children that this process forks. */
void *pages_share(size_t bytes);
/* What was got with this size; NULL is nothing. errno is kept. */
void pages_free(void *memory, size_t bytes);

/* For a short time: as pages_reserve, but where no more than PAGES_BORROWED are asked for, and a place for them is free,
 * nothing is mapped; zeroed, or with whatever is in there. To map, touch and unmap a page takes as long as 30 other system
 * calls. */
#define PAGES_BORROWED ((size_t)8192)
void *pages_borrow(size_t bytes, bool zeroed);
/* As pages_free, of what was borrowed. */
void pages_return(void *memory, size_t bytes);
