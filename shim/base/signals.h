/* Signals held back in the calling thread: those by which writing could end the program, SIGXFSZ (a file that is too large) and
 * SIGPIPE (a reader that went away), which are swallowed if they came of the writing; or all. */
#pragma once
#include <signal.h>
#include <stdint.h>

struct held_signals {
    sigset_t before;
    sigset_t pending;
};

void signals_hold(struct held_signals *held);
/* Swallow what was raised since, but not what was pending before. errno is kept. */
void signals_release(const struct held_signals *held);

/* All but what an instruction or a sandbox raises at once, which would kill if it were blocked: no handler comes in between
 * that calls BLAS. Two system calls; what came meanwhile is handled when they are released, with what is returned here. errno
 * is kept. */
uint64_t signals_hold_handlers(void);
void signals_release_handlers(uint64_t before);

/* Neither a signal's handler nor a cancellation comes in between. */
struct undisturbed {
    sigset_t before;
    int cancel_state;
};

void signals_hold_all(struct undisturbed *undisturbed);
void signals_release_all(const struct undisturbed *undisturbed);

/* The same for the process: what is sent to it any thread takes that does not hold it back, and by default the process dies of
 * it. Such signals wait until all is done; then they are sent again. By one thread at a time. */
void signals_put_off(void);
void signals_send_again(void);
/* In a fork child, which might come of the middle of it. */
void signals_forget(void);
