/* The handler that the program set with flopshim_on_exhausted(). */
#pragma once
#include "flopshim.h"

flopshim_handler context_handler(void);
void *context_handler_data(void);

/* In a fork child: no context is open. */
void context_forget_all(void);
