/* The configuration of this process: the only reader of the FLOP_* environment. */
#pragma once
#include "config_values.h"

extern struct config config;

/* Read the environment. Ends the process with status 2 where a limit is malformed. At start, once. */
void config_read(void);
