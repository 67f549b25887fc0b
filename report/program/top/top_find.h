/* Where ledgers lie: all that this user may read in the usual folders and in those of runs there, or those of a process. */
#pragma once
#include <stdint.h>

typedef void top_visit(const char *path, void *data);

void top_find(top_visit *visit, void *data);
/* Those that a process, and what it started, has mapped, wherever they lie. */
void top_find_of(uint32_t pid, top_visit *visit, void *data);
/* Those in one folder. */
void top_find_in(const char *folder, top_visit *visit, void *data);
