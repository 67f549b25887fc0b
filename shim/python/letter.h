/* A refusal that another thread of Python's than the main one is to raise. */
#pragma once
#include "refusal.h"
#include "thread.h"
#include <stdbool.h>

/* Leave it for the calling thread. A thread of ours waits for the interpreter's lock, not this one, which may hold something
 * that the lock's holder waits for. Usually that takes no longer than the interpreter's switch interval, and the exception
 * appears where this call returns. False: it could not be left. */
bool letter_send(struct thread *t, const struct refusal *refusal);
