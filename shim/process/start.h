/* The start of the shim in a process. */
#pragma once
#include <stdbool.h>

/* Start where not yet started. True once calls can be counted: config read, not disabled. Any thread; no lock of ours held. */
bool start_shim(void);

/* Has it been started, and is it not disabled? */
bool start_is_done(void);
/* FLOP_DISABLE=1. */
bool start_is_disabled(void);
