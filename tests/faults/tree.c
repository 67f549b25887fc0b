/* A process tree of a given shape; every call is a ddot_ with n = 4, 8 FLOPs.
 *
 *   calls N        N calls
 *   fork P N       P children by fork, N calls each; and N of its own
 *   raw P N        the same by a bare clone system call, which no handler sees
 *   locked P       P children by a bare clone, a call each, while another thread asks for what was used; prints how many ended
 *   spawn P N      the same by posix_spawn of "calls N"
 *   vfork P N      the same by vfork and exec
 *   exec K N       N calls, then itself again, K times
 *   background N [FILE]   N calls in a child that outlives the parent by half a second, or until FILE is there
 *   hold FILE      one call, makes FILE, waits to be killed
 *   spend          until three calls in a row were refused (and skipped); prints the FLOPs that ran
 *   killed P       P children spend, half of them are killed at any moment; then it spends what is left. Prints the FLOPs that
 *                  children acknowledged, at most what was in progress, its own
 */
#include "flopshim.h"
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

double ddot_(const int *, const double *, const int *, const double *, const int *);

extern char **environ;
enum { COST = 8 };
static int refused;

static void calls(int count)
{
    const int n = 4, one = 1;
    const double x[4] = {1, 1, 1, 1};
    while (count-- > 0)
        if (ddot_(&n, x, &one, x, &one) != 4)
            exit(3);
}

static enum flopshim_answer skip(const struct flopshim_refusal *refusal, void *data)
{
    (void)data;
    if (refusal->flop_cost <= refusal->flops_remaining)
        abort(); /* it fits */
    refused = 1;
    return FLOPSHIM_SKIP;
}

/* One call that may be refused: did it run? */
static int try_call(void)
{
    const int n = 4, one = 1;
    const double x[4] = {1, 1, 1, 1};
    refused = 0;
    ddot_(&n, x, &one, x, &one);
    return !refused;
}

static uint64_t spend(volatile uint64_t *acknowledged)
{
    uint64_t flops = 0;
    flopshim_on_exhausted(skip, NULL);
    for (int patience = 3; patience > 0;)
        if (try_call()) {
            flops += COST;
            patience = 3;
            if (acknowledged)
                *acknowledged = flops;
        } else {
            patience--;
        }
    return flops;
}

static pid_t raw_clone(void)
{
    return (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

static void forked(int children, int count, int raw)
{
    for (int i = 0; i < children; i++) {
        pid_t pid = raw ? raw_clone() : fork();
        if (!pid) {
            calls(count);
            _exit(0);
        }
    }
    calls(count);
}

static volatile int stops;

static void *ask(void *unused)
{
    struct flopshim_usage used;
    while (!stops)
        flopshim_usage(NULL, &used);
    return unused;
}

static void locked(int children)
{
    pthread_t thread;
    int ended = 0;
    if (pthread_create(&thread, NULL, ask, NULL))
        exit(3);
    for (int i = 0; i < children; i++) {
        int status = 1;
        if (!raw_clone()) {
            alarm(10);
            calls(1);
            _exit(0);
        }
        wait(&status);
        ended += status == 0;
    }
    stops = 1;
    pthread_join(thread, NULL);
    printf("%d\n", ended);
}

static void spawned(const char *self, int children, char *count, int by_vfork)
{
    char *const argv[] = {(char *)(uintptr_t)self, "calls", count, NULL};
    for (int i = 0; i < children; i++) {
        pid_t pid;
        if (!by_vfork)
            posix_spawn(&pid, self, NULL, NULL, argv, environ);
        else if (!(pid = vfork())) {
            execv(self, argv);
            _exit(127);
        }
    }
    calls(atoi(count));
}

static void chain(const char *self, int more, char *count)
{
    char left[16];
    calls(atoi(count));
    snprintf(left, sizeof left, "%d", more - 1);
    if (more > 0)
        execl(self, self, "exec", left, count, (char *)NULL);
}

static void background(int count, const char *file)
{
    const struct timespec moment = {0, 10000000};
    if (fork())
        return;
    calls(1);
    for (int i = 0; file ? i < 6000 && access(file, F_OK) : i < 50; i++)
        nanosleep(&moment, NULL);
    calls(count - 1);
}

static void hold(const char *file)
{
    calls(1);
    fclose(fopen(file, "w"));
    for (;;)
        pause();
}

static void killed(int children)
{
    volatile uint64_t *acknowledged = mmap(NULL, (size_t)children * 64, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
                                           0);
    pid_t pids[64];
    uint64_t sum = 0;
    srand((unsigned)getpid());
    for (int i = 0; i < children; i++)
        if (!(pids[i] = fork())) {
            spend(acknowledged + (size_t)i * 8);
            _exit(0);
        }
    for (int i = 0; i < children; i += 2) {
        const struct timespec moment = {0, rand() % 3000000};
        nanosleep(&moment, NULL);
        kill(pids[i], SIGKILL);
    }
    while (wait(NULL) > 0)
        ;
    uint64_t own = spend(NULL);
    for (int i = 0; i < children; i++)
        sum += acknowledged[(size_t)i * 8];
    printf("%llu %d %llu\n", (unsigned long long)sum, (children + 1) / 2 * COST, (unsigned long long)own);
}

int main(int argc, char **argv)
{
    const char *shape = argc > 1 ? argv[1] : "";
    int first = argc > 2 ? atoi(argv[2]) : 0, second = argc > 3 ? atoi(argv[3]) : 0;
    if (!strcmp(shape, "calls"))
        calls(first);
    else if (!strcmp(shape, "fork") || !strcmp(shape, "raw"))
        forked(first, second, *shape == 'r');
    else if (!strcmp(shape, "locked"))
        locked(first);
    else if (!strcmp(shape, "spawn") || !strcmp(shape, "vfork"))
        spawned(argv[0], first, argv[3], *shape == 'v');
    else if (!strcmp(shape, "exec"))
        chain(argv[0], first, argv[3]);
    else if (!strcmp(shape, "background"))
        background(first, argc > 3 ? argv[3] : NULL);
    else if (!strcmp(shape, "hold"))
        hold(argv[2]);
    else if (!strcmp(shape, "spend"))
        printf("%llu\n", (unsigned long long)spend(NULL));
    else if (!strcmp(shape, "killed"))
        killed(first);
    else
        return 2;
    fflush(stdout);
    while (strcmp(shape, "background") && wait(NULL) > 0)
        ;
    return 0;
}
