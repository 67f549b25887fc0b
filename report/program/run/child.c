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

static const int ignored[] = {SIGINT, SIGQUIT};
static const int passed_on[] = {SIGTERM, SIGHUP, SIGUSR1, SIGUSR2};

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct dispositions {
    struct sigaction ignored[COUNT(ignored)];
    struct sigaction passed_on[COUNT(passed_on)];
    sigset_t mask;
};

static volatile sig_atomic_t receiver; /* the child's pid */

static void pass_on(int signal)
{
    int saved = errno;
    kill((pid_t)receiver, signal);
    errno = saved;
}

/* All signals are blocked on return, until `receiver` is known. What was ignored before (nohup) stays so. */
static void take_signals(struct dispositions *before)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct sigaction forward = {.sa_handler = pass_on, .sa_flags = SA_RESTART};
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &before->mask);
    for (size_t i = 0; i < COUNT(ignored); i++)
        sigaction(ignored[i], &ignore, &before->ignored[i]);
    for (size_t i = 0; i < COUNT(passed_on); i++) {
        sigaction(passed_on[i], NULL, &before->passed_on[i]);
        if (before->passed_on[i].sa_handler != SIG_IGN)
            sigaction(passed_on[i], &forward, NULL);
    }
}

static void give_back_signals(const struct dispositions *before)
{
    for (size_t i = 0; i < COUNT(ignored); i++)
        sigaction(ignored[i], &before->ignored[i], NULL);
    for (size_t i = 0; i < COUNT(passed_on); i++)
        sigaction(passed_on[i], &before->passed_on[i], NULL);
    sigprocmask(SIG_SETMASK, &before->mask, NULL);
}

static _Noreturn void become(char *const *argv, const struct dispositions *before)
{
    give_back_signals(before);
    execvp(argv[0], argv);
    int error = errno;
    fprintf(stderr, "flopshim: cannot run %s: %s\n", argv[0], strerror(error));
    _exit(error == ENOENT ? STATUS_NOT_FOUND : STATUS_CANNOT_RUN);
}

/* Until the child has ended; meanwhile the ledgers are watched. Without pidfd_open (Linux 5.3) or inotify it is only waited
 * for. */
static void watch_over(pid_t pid)
{
    int child = (int)syscall(SYS_pidfd_open, pid, 0);
    struct pollfd ready[] = {{.fd = child, .events = POLLIN}, {.fd = watch_descriptor(), .events = POLLIN}};
    bool ended = false;
    while (!ended && child >= 0 && ready[1].fd >= 0) {
        int rest_ms = watch_look(pid);
        if (poll(ready, COUNT(ready), rest_ms) < 0 && errno != EINTR)
            break;
        ended = ready[0].revents != 0;
    }
    if (!ended)
        watch_let_go();
    if (child >= 0)
        close(child);
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
        give_back_signals(&before);
        fprintf(stderr, "flopshim: cannot make a process for %s: %s\n", argv[0], strerror(error));
        return STATUS_FAILED;
    }
    receiver = pid;
    sigprocmask(SIG_SETMASK, &before.mask, NULL);
    watch_over(pid);
    pid_t got;
    do
        got = waitpid(pid, &status, 0);
    while (got < 0 && errno == EINTR);
    if (got < 0) {
        fprintf(stderr, "flopshim: cannot wait for %s: %s\n", argv[0], strerror(errno));
        return STATUS_FAILED;
    }
    *child = (struct ended_child){.pid = pid, .signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0};
    return child->signal ? 128 + child->signal : WEXITSTATUS(status);
}
