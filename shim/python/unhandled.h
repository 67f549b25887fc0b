/* Exceptions of ours that nobody handles. Any thread. */
#pragma once
#include "interpreter.h"

/* The interpreter's own word for each exception that ends a program, or is printed because nothing can take it; threads say it
 * through the hook that `watch` sets. An audit hook. */
int unhandled_see(const char *event, PyObject *arguments, void *unused);

/* The class that it looks for. The interpreter's lock is held. */
void unhandled_look_for(PyObject *class);

/* One is on its way to another thread than the main one; or could not be sent. */
void unhandled_sent(void);
void unhandled_not_sent(void);

/* Did one reach nobody: still on its way, or printed by a thread's end, or where nothing can be raised? */
bool unhandled_was_lost(void);
/* Did one reach the top of the main program? */
bool unhandled_was_uncaught(void);

void unhandled_forget(void); /* in a fork child */
