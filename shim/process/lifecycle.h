/* Start and the many ends of a process; what other parts ask of them. */
#pragma once
#include "shim.h"

/* Write the summary so far to one file; 0, or -1 with errno. */
int lifecycle_write_to(const char *path);

/* The banner of the process's budget (context.c). Under shim_lock. */
void context_banner(void);
