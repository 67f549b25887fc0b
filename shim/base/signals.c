/* Holding signals back (signals.h). */
#include "signals.h"
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <time.h>

void signals_hold(struct held_signals *held)
{
    sigset_t ours;
    sigemptyset(&ours);
    sigaddset(&ours, SIGXFSZ);
    sigaddset(&ours, SIGPIPE);
    sigprocmask(SIG_BLOCK, &ours, &held->before);
    if (sigpending(&held->pending))
        sigfillset(&held->pending); /* a sandbox does not say */
}

static void swallow(int signal)
{
    const struct timespec now = {0, 0};
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, signal);
    while (sigtimedwait(&one, NULL, &now) > 0 || errno == EINTR)
        errno = 0;
}

void signals_release(const struct held_signals *held)
{
    int saved = errno;
    if (!sigismember(&held->pending, SIGXFSZ))
        swallow(SIGXFSZ);
    if (!sigismember(&held->pending, SIGPIPE))
        swallow(SIGPIPE);
    sigprocmask(SIG_SETMASK, &held->before, NULL);
    errno = saved;
}

void signals_hold_all(struct undisturbed *undisturbed)
{
    sigset_t all;
    sigfillset(&all);
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &undisturbed->cancel_state);
    sigprocmask(SIG_SETMASK, &all, &undisturbed->before);
}

void signals_release_all(const struct undisturbed *undisturbed)
{
    sigprocmask(SIG_SETMASK, &undisturbed->before, NULL);
    pthread_setcancelstate(undisturbed->cancel_state, NULL);
}
