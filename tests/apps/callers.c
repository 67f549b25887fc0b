/* callers CASE: calls from places that test_callers.py and test_calls.py know. Compiled with -g, so that lines have names. */
#include <dlfcn.h>
#include <flopshim.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

double ddot_(const int *, const double *, const int *, const double *, const int *);
void dgemm_(const char *, const char *, const int *, const int *, const int *, const double *, const double *, const int *,
            const double *, const int *, const double *, double *, const int *, size_t, size_t);
void dgesv_(const int *, const int *, double *, const int *, int *, double *, const int *, int *);

enum { N = 8 };
static const int one = 1, lead = N;
static const double alpha = 1, a[N * N] = {1};
static double c[N * N];

/* 2*2*3*4 = 48 FLOPs */
static __attribute__((noinline)) void forward(void)
{
    const int m = 2, n = 3, k = 4;
    dgemm_("N", "N", &m, &n, &k, &alpha, a, &lead, a, &lead, &alpha, c, &lead, 1, 1);
    __asm__ volatile("");
}

/* 2*4^3 = 128, 128 and 2*5 = 10 */
static __attribute__((noinline)) double backward(void)
{
    const int n = 4, five = 5;
    dgemm_("N", "N", &n, &n, &n, &alpha, a, &lead, a, &lead, &alpha, c, &lead, 1, 1);
    dgemm_("T", "N", &n, &n, &n, &alpha, a, &lead, a, &lead, &alpha, c, &lead, 1, 1);
    return ddot_(&five, a, &one, a, &one) + 1;
}

/* Rejected: its leading dimension is too small. */
static __attribute__((noinline)) int solve(void)
{
    const int n = 4;
    double b[N] = {0};
    int pivots[N], info;
    dgesv_(&n, &one, c, &one, pivots, b, &lead, &info);
    return info + 1;
}

static void by_hand(void)
{
    for (int i = 0; i < 3; i++)
        forward();
    flopshim_push("train");
    flopshim_push("step");
    backward();
    flopshim_pop();
    forward();
    flopshim_pop();
    solve();
    flopshim_deduct("my_op", 1000);
}

static void *some(void *count)
{
    for (int i = 0; i < *(int *)count; i++) {
        forward();
        backward();
    }
    return NULL;
}

static void threads(void)
{
    pthread_t ids[4];
    int counts[4] = {100, 200, 300, 400};
    for (int i = 0; i < 4; i++)
        pthread_create(&ids[i], NULL, some, &counts[i]);
    for (int i = 0; i < 4; i++)
        pthread_join(ids[i], NULL);
}

static void child(void)
{
    forward();
    pid_t pid = fork();
    if (!pid) {
        backward();
        exit(0);
    }
    waitpid(pid, NULL, 0);
    forward();
}

static void killed(void)
{
    some(&(int){250});
    raise(SIGKILL);
}

/* Until somebody kills it, with the number of calls that returned on stdout. */
static void busy(void)
{
    for (unsigned long i = 1;; i++) {
        forward();
        if (write(STDOUT_FILENO, &i, sizeof i) != sizeof i)
            return;
    }
}

/* One after the other is loaded, calls dgemm_ once, twice ..., and is unloaded. */
static int plugins(char **paths)
{
    for (long i = 1; *paths; paths++, i++) {
        void (*call)(long) = NULL;
        void *plugin = dlopen(*paths, RTLD_NOW);
        if (plugin)
            *(void **)&call = dlsym(plugin, "call_dgemm");
        if (!call)
            return 1;
        call(i);
        printf("%p\n", *(void **)&call);
        dlclose(plugin);
    }
    return 0;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } cases[] = {{"hand", by_hand}, {"threads", threads}, {"fork", child}, {"killed", killed}, {"busy", busy}};
    if (argc > 1 && !strcmp(argv[1], "plugins"))
        return plugins(argv + 2);
    for (size_t i = 0; argc > 1 && i < sizeof cases / sizeof *cases; i++)
        if (!strcmp(argv[1], cases[i].name))
            return cases[i].run(), 0;
    return 2;
}
