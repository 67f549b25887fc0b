/* forks KIND: what a child has of its parent's account, grant, ledger and call in progress.
 * account   a child of fork, with a budget of 100 each: 40 before, then 80 and 30 in the child, 60 in the parent
 * vfork     children that share the parent's memory and end by _exit or exec, between two calls
 * killed    the same, and the parent is killed
 * inside    xerbla_ forks: both sides make a call in it, return through the call that failed, and make another
 * silent    the same, but for the child's call in xerbla_
 * masks     which signals are held back in a parent, in its children of fork and a bare clone, and in a grandchild, around
 * calls
 * handled   small calls (copies, dots), and a handler that forks in the middle of one, CHILDREN times; the children go on and
 * make 10 more each. Prints how many calls the parent made, and how many children failed */
#define _GNU_SOURCE
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

double ddot_(const int *, const double *, const int *, const double *, const int *);
void dgemv_(const char *, const int *, const int *, const double *, const double *, const int *, const double *, const int *,
            const double *, double *, const int *, size_t);
void xerbla_(const char *, const int *, size_t);
void dcopy_(const int *, const double *, const int *, double *, const int *);
enum { CHILDREN = 100 };
static const double x[64];
static pid_t child;
static bool silent;

static void dot(int n)
{
    ddot_(&n, x, &(int){1}, x, &(int){1});
}

static int wait_for_child(void)
{
    int status = 0;
    if (child > 0)
        waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void by_fork(void)
{
    dot(20);
    child = fork();
    if (!child) {
        dot(40);
        dot(15);
        exit(1);
    }
    int status = wait_for_child();
    dot(30);
    printf("child %d\n", status);
}

static void by_vfork(void)
{
    char *const list[] = {"sh", "-c", "exit 4", NULL};
    dot(5);
    child = vfork();
    if (!child)
        _exit(7);
    printf("vfork, _exit: %d\n", wait_for_child());
    child = vfork();
    if (!child) {
        execv("/no/such/program", list);
        _exit(8);
    }
    printf("vfork, failed exec: %d\n", wait_for_child());
    child = vfork();
    if (!child) {
        execv("/bin/sh", list);
        _exit(8);
    }
    printf("vfork, exec: %d\n", wait_for_child());
    int error = posix_spawn(&child, "/no/such/program", NULL, NULL, list, NULL);
    printf("failed spawn: %d\n", error);
    error = posix_spawn(&child, "/bin/sh", NULL, NULL, list, NULL);
    printf("spawn: %d %d\n", error, wait_for_child());
    fflush(stdout);
}

void xerbla_(const char *name, const int *info, size_t length)
{
    (void)name, (void)info, (void)length;
    child = fork();
    if (child || !silent)
        dot(child ? 1 : 2);
}

/* As the kernel has it. */
static void show_mask(const char *who)
{
    unsigned long mask = 0;
    syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &mask, sizeof mask);
    printf("%s %lx\n", who, mask);
    fflush(stdout);
}

static void call_masked(const char *who)
{
    show_mask(who);
    dot(1);
    show_mask(who);
}

static void masks(void)
{
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, SIGUSR1);
    sigprocmask(SIG_BLOCK, &one, NULL);
    call_masked("first");
    child = fork();
    if (!child) {
        call_masked("child");
        child = fork();
        if (!child) {
            call_masked("grandchild");
            exit(0);
        }
        wait_for_child();
        call_masked("child again");
        exit(0);
    }
    wait_for_child();
    child = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
    if (!child) {
        call_masked("clone");
        _exit(0);
    }
    wait_for_child();
    call_masked("last");
}

static volatile sig_atomic_t children, failed, is_child;

static void copy(void)
{
    double y[2];
    dcopy_(&(int){2}, x, &(int){1}, y, &(int){1});
}

static void short_dot(void)
{
    dot(2);
}

/* Once: the time it takes may be longer. */
static void ring_soon(void)
{
    const struct itimerval soon = {{0, 0}, {0, 100 + 7 * children}};
    setitimer(ITIMER_REAL, &soon, NULL);
}

static void make_child(int number)
{
    (void)number;
    child = fork();
    children++;
    is_child = !child;
    failed += wait_for_child() != 0;
    if (!is_child && children < CHILDREN)
        ring_soon();
}

static void handled(void (*call)(void))
{
    long made = 0;
    signal(SIGALRM, make_child);
    ring_soon();
    for (; children < CHILDREN && !is_child; made++)
        call();
    for (int i = 0; is_child && i < 10; i++)
        call();
    if (is_child)
        _exit(0);
    printf("%ld %d\n", made, (int)failed);
}

int main(int argc, char **argv)
{
    const char *kind = argc > 1 ? argv[1] : "";
    double y[1] = {0};
    if (!strcmp(kind, "account")) {
        by_fork();
    } else if (!strcmp(kind, "masks")) {
        masks();
    } else if (!strcmp(kind, "handled")) {
        handled(strcmp(argv[2], "copies") ? short_dot : copy);
    } else if (!strcmp(kind, "inside") || !strcmp(kind, "silent")) {
        silent = !strcmp(kind, "silent");
        dgemv_("X", &(int){1}, &(int){1}, x, x, &(int){1}, x, &(int){1}, x, y, &(int){1}, 1);
        dot(child ? 10 : 20);
        return wait_for_child();
    } else {
        by_vfork();
        if (!strcmp(kind, "killed"))
            raise(SIGKILL);
        dot(6);
    }
    return 0;
}
