/* fork, exec and wait, with the signals as a shell has them. */
#include "child.h"
#include "cmd.h"
#include "watch.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t receiver;  /* the child's pid; 0: none any more */
static volatile sig_atomic_t continued; /* since this process last stopped */
static bool is_stopped;                 /* the child, as far as it is known */

static void pass_on(int signal, siginfo_t *info, void *context)
{
    int saved = errno;
    (void)info, (void)context;
    if (receiver)
        kill((pid_t)receiver, signal);
    errno = saved;
}

/* What the terminal sends (it is not from a process) the child has got as well. */
static void pass_on_stop(int signal, siginfo_t *info, void *context)
{
    if (info->si_code <= 0)
        pass_on(signal, info, context);
}

static void go_on(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)info, (void)context;
    continued = 1;
}

/* Only interrupts what waits. */
static void look_up(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)info, (void)context;
}

/* NULL: the child's alone. What was ignored before (nohup) stays so, but for the last two. */
static const struct {
    int signal;
    void (*handler)(int, siginfo_t *, void *);
} taken[] = {
    {SIGINT, NULL},          {SIGQUIT, NULL},    {SIGTERM, pass_on},      {SIGHUP, pass_on},
    {SIGUSR1, pass_on},      {SIGUSR2, pass_on}, {SIGTSTP, pass_on_stop}, {SIGTTIN, pass_on_stop},
    {SIGTTOU, pass_on_stop}, {SIGCHLD, look_up}, {SIGCONT, go_on},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct dispositions {
    struct sigaction actions[COUNT(taken)];
    sigset_t mask;
};

/* All signals are blocked on return, until `receiver` is known. */
static void take_signals(struct dispositions *before)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before->mask);
    for (size_t i = 0; i < COUNT(taken); i++) {
        struct sigaction ours = {.sa_sigaction = taken[i].handler, .sa_flags = SA_SIGINFO | SA_RESTART};
        if (!taken[i].handler)
            ours = (struct sigaction){.sa_handler = SIG_IGN};
        sigaction(taken[i].signal, NULL, &before->actions[i]);
        if (before->actions[i].sa_handler != SIG_IGN || taken[i].signal == SIGCHLD || taken[i].signal == SIGCONT)
            sigaction(taken[i].signal, &ours, NULL);
    }
}

static bool is_stop(int signal)
{
    return signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU;
}

/* only_stops: this process stops again as any other. */
static void give_back_signals(const struct dispositions *before, bool only_stops)
{
    for (size_t i = 0; i < COUNT(taken); i++)
        if (!only_stops || is_stop(taken[i].signal))
            sigaction(taken[i].signal, &before->actions[i], NULL);
    if (!only_stops)
        sigprocmask(SIG_SETMASK, &before->mask, NULL);
}

static _Noreturn void become(char *const *argv, const struct dispositions *before)
{
    give_back_signals(before, false);
    execvp(argv[0], argv);
    int error = errno;
    fprintf(stderr, "flopshim: cannot run %s: %s\n", argv[0], strerror(error));
    _exit(error == ENOENT ? STATUS_NOT_FOUND : STATUS_CANNOT_RUN);
}

/* ---- job control ---- */

/* Where the shell that waits for this process would have seen the child stop, it sees this one. The kernel keeps a process of
 * an orphaned group, which nobody could continue, from being stopped by all but SIGSTOP. */
static void stop_as(int signal)
{
    struct sigaction ours, normal = {.sa_handler = SIG_DFL};
    sigset_t set, before;
    sigemptyset(&set);
    sigaddset(&set, signal);
    sigaddset(&set, SIGCONT);
    continued = 0;
    if (signal != SIGSTOP)
        sigaction(signal, &normal, &ours);
    sigprocmask(SIG_UNBLOCK, &set, &before);
    kill(getpid(), signal);
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (signal != SIGSTOP)
        sigaction(signal, &ours, NULL);
}

/* Stop where the child has stopped. Whoever continues a job as a shell does continues all of its group; who continues only
 * this process means the child. */
static void follow(pid_t pid)
{
    siginfo_t news = {0};
    while (!waitid(P_PID, (id_t)pid, &news, WSTOPPED | WCONTINUED | WNOHANG) && news.si_pid) {
        is_stopped = news.si_code == CLD_STOPPED;
        if (is_stopped)
            stop_as(news.si_status);
        news.si_pid = 0;
    }
    if (continued && is_stopped)
        kill(pid, SIGCONT);
    continued = 0;
}

/* Without pidfd_open (Linux 5.3) or inotify the child is only waited for. */
static void wait_for_end(pid_t pid)
{
    siginfo_t news = {0};
    int error;
    do {
        follow(pid);
        error = waitid(P_PID, (id_t)pid, &news, WEXITED | WSTOPPED | WNOWAIT) ? errno : 0;
    } while (error == EINTR || (!error && news.si_code == CLD_STOPPED));
}

/* SIGCHLD is blocked but here, so that no stop passes between a look and the wait. */
static int wait_for_news(struct pollfd *ready, nfds_t count, int rest_ms)
{
    struct timespec rest = {rest_ms / 1000, rest_ms % 1000 * 1000000};
    sigset_t set;
    sigprocmask(SIG_SETMASK, NULL, &set);
    sigdelset(&set, SIGCHLD);
    return ppoll(ready, count, rest_ms < 0 ? NULL : &rest, &set);
}

/* Until the child has ended; meanwhile the ledgers are watched. */
static void watch_over(pid_t pid)
{
    int child = (int)syscall(SYS_pidfd_open, pid, 0);
    struct pollfd ready[] = {{.fd = child, .events = POLLIN}, {.fd = watch_descriptor(), .events = POLLIN}};
    bool ended = false;
    while (!ended && child >= 0 && ready[1].fd >= 0) {
        follow(pid);
        int rest_ms = watch_look(pid);
        if (wait_for_news(ready, COUNT(ready), rest_ms) < 0 && errno != EINTR)
            break;
        ended = ready[0].revents != 0;
    }
    if (!ended) {
        watch_let_go();
        wait_for_end(pid);
    }
    if (child >= 0)
        close(child);
}

/* The signals are taken as before, but that SIGCHLD is blocked, and job control's are not. */
static void begin_waiting(pid_t pid, const struct dispositions *before)
{
    sigset_t mask = before->mask;
    receiver = pid;
    for (size_t i = 0; i < COUNT(taken); i++)
        if (is_stop(taken[i].signal) || taken[i].signal == SIGCONT)
            sigdelset(&mask, taken[i].signal);
    sigaddset(&mask, SIGCHLD);
    sigprocmask(SIG_SETMASK, &mask, NULL);
}

int child_run(char *const *argv, struct ended_child *child)
{
    struct dispositions before;
    int status;
    take_signals(&before);
    pid_t pid = fork();
    if (pid == 0)
        become(argv, &before);
    if (pid < 0) {
        int error = errno;
        give_back_signals(&before, false);
        fprintf(stderr, "flopshim: cannot make a process for %s: %s\n", argv[0], strerror(error));
        return STATUS_FAILED;
    }
    begin_waiting(pid, &before);
    watch_over(pid);
    receiver = 0;
    give_back_signals(&before, true);
    pid_t got;
    do
        got = waitpid(pid, &status, 0);
    while (got < 0 && errno == EINTR);
    if (got < 0) {
        fprintf(stderr, "flopshim: cannot wait for %s: %s\n", argv[0], strerror(errno));
        return STATUS_FAILED;
    }
    *child = (struct ended_child){.pid = pid};
    if (WIFSIGNALED(status))
        child->signal = WTERMSIG(status);
    else
        child->status = WEXITSTATUS(status);
    return child->signal ? 128 + child->signal : child->status;
}
