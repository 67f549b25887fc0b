/* confined FILTER [fork]: three calls, a seccomp filter, three calls, status 7. kill: what opens, renames or looks at files
 * kills; deny: all is denied but writing, ending, signals' masks and futexes; start: a harmless one, before the program is
 * started anew. fork: the last three are a child's. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy);

#define CALL(number, action) \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##number, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_##action)
#define LOAD BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))

static struct sock_filter kills[] = {
    LOAD,
    CALL(open, KILL_PROCESS),
    CALL(openat, KILL_PROCESS),
    CALL(newfstatat, KILL_PROCESS),
    CALL(rename, KILL_PROCESS),
    CALL(unlink, KILL_PROCESS),
    CALL(getdents64, KILL_PROCESS),
    CALL(readlink, KILL_PROCESS),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};
static struct sock_filter denies[] = {
    LOAD,
    CALL(write, ALLOW),
    CALL(exit_group, ALLOW),
    CALL(rt_sigprocmask, ALLOW),
    CALL(futex, ALLOW),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
};
static struct sock_filter harmless[] = {LOAD, CALL(ptrace, KILL_PROCESS), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};

static void calls(void)
{
    const int n = 4, one = 1;
    const double x[4] = {1, 1, 1, 1};
    for (int i = 0; i < 3; i++)
        ddot_(&n, x, &one, x, &one);
}

static void confine(struct sock_filter *filter, size_t bytes)
{
    struct sock_fprog program = {(unsigned short)(bytes / sizeof *filter), filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
        exit(77);
}

int main(int argc, char **argv)
{
    int status = 7 << 8;
    if (argc > 1 && !strcmp(argv[1], "start")) {
        confine(harmless, sizeof harmless);
        execl("/proc/self/exe", argv[0], "again", (char *)NULL);
        return 1;
    }
    calls();
    if (argc > 1 && !strcmp(argv[1], "kill"))
        confine(kills, sizeof kills);
    else if (argc > 1 && !strcmp(argv[1], "deny"))
        confine(denies, sizeof denies);
    pid_t child = argc > 2 ? fork() : 0;
    if (child)
        waitpid(child, &status, 0);
    else
        calls();
    return WEXITSTATUS(status);
}
