/* Holding signals back (signals.h). */
#include "signals.h"
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

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

/* As the kernel has it, with the C library's own. */
uint64_t signals_hold_handlers(void)
{
    static const int at_once[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS};
    uint64_t all = UINT64_MAX, before = 0;
    int saved = errno;
    for (size_t i = 0; i < sizeof at_once / sizeof *at_once; i++)
        all &= ~(UINT64_C(1) << (at_once[i] - 1));
    syscall(SYS_rt_sigprocmask, SIG_BLOCK, &all, &before, sizeof all);
    errno = saved;
    return before;
}

void signals_release_handlers(uint64_t before)
{
    int saved = errno;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof before);
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

/* ---- of the process ---- */

static const int deadly[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGALRM, SIGUSR1, SIGUSR2};
enum { DEADLY = sizeof deadly / sizeof *deadly };
static struct sigaction defaults[DEADLY];
static bool is_put_off[DEADLY];
static unsigned came;

static void note(int signal)
{
    __atomic_fetch_or(&came, 1u << signal, __ATOMIC_RELAXED);
}

void signals_put_off(void)
{
    struct sigaction noting = {.sa_handler = note, .sa_flags = SA_RESTART | SA_ONSTACK};
    came = 0;
    for (int i = 0; i < DEADLY; i++)
        is_put_off[i] = !sigaction(deadly[i], NULL, &defaults[i]) && defaults[i].sa_handler == SIG_DFL &&
                        !sigaction(deadly[i], &noting, &defaults[i]);
}

/* Where the program has set another meanwhile, that one stays. */
void signals_forget(void)
{
    struct sigaction now;
    for (int i = 0; i < DEADLY; i++)
        if (is_put_off[i] && !sigaction(deadly[i], NULL, &now) && now.sa_handler == note)
            sigaction(deadly[i], &defaults[i], NULL);
    memset(is_put_off, 0, sizeof is_put_off);
}

void signals_send_again(void)
{
    signals_forget();
    for (int i = 0; i < DEADLY; i++)
        if (__atomic_load_n(&came, __ATOMIC_RELAXED) >> deadly[i] & 1)
            kill(getpid(), deadly[i]);
}
