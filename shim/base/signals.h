/* The signals by which writing could end the program: SIGXFSZ (a file that is too large) and SIGPIPE (a reader that went away).
 * Held back in the calling thread, and swallowed if they came of the writing. */
#pragma once
#include <signal.h>

struct held_signals {
    sigset_t before;
    sigset_t pending;
};

void signals_hold(struct held_signals *held);
/* Swallow what was raised since, but not what was pending before. errno is kept. */
void signals_release(const struct held_signals *held);
