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

#define BIT(signal) (UINT64_C(1) << ((signal)-1))

/* The calling thread's, as the kernel has it, with the C library's own signals. Returns what it was. No errno: it may be called
 * anywhere, and often. */
static uint64_t set_mask(int how, uint64_t mask)
{
    uint64_t before = 0;
#ifdef __x86_64__
    register long bytes __asm__("r10") = sizeof mask;
    long result = SYS_rt_sigprocmask;
    __asm__ volatile("syscall" : "+a"(result) : "D"(how), "S"(&mask), "d"(&before), "r"(bytes) : "rcx", "r11", "cc", "memory");
#else
    int saved = errno;
    syscall(SYS_rt_sigprocmask, how, &mask, &before, sizeof mask);
    errno = saved;
#endif
    return before;
}

uint64_t signals_hold_handlers(void)
{
    const uint64_t at_once = BIT(SIGSEGV) | BIT(SIGBUS) | BIT(SIGFPE) | BIT(SIGILL) | BIT(SIGTRAP) | BIT(SIGSYS);
    return set_mask(SIG_BLOCK, ~at_once);
}

void signals_release_handlers(uint64_t before)
{
    set_mask(SIG_SETMASK, before);
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
