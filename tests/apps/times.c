/* times MODE: calls over time.
 *   small SECONDS   ddot of 1 element, one after the other
 *   large SECONDS   dgemm of 100 x 100
 *   rare SECONDS    ddot of 10 elements, a millisecond apart
 *   threads SECONDS as small, in four threads
 *   fork SECONDS    as rare, 100 ms in the parent, then in a child, whose status is told
 *   context         in a context with a limit of 200 ms: when the first call was refused, then one call outside
 *   split           300 ms asleep and ddot of 1 element in the context `wait`, dgemm of 300 x 300 in `work`, the same in
 * another thread */
#define _GNU_SOURCE
#include <flopshim.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

double ddot_(const int *, const double *, const int *, const double *, const int *);
void dgemm_(const char *, const char *, const int *, const int *, const int *, const double *, const double *, const int *,
            const double *, const int *, const double *, double *, const int *);

enum { LARGEST = 300 };
static double a[LARGEST * LARGEST], b[LARGEST * LARGEST];

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void dot(int n)
{
    const int one = 1;
    ddot_(&n, a, &one, a, &one);
}

static void product(int n, double *c)
{
    const double one = 1, zero = 0;
    dgemm_("N", "N", &n, &n, &n, &one, a, &n, b, &n, &zero, c, &n);
}

static double seconds;

static void *small(void *unused)
{
    for (double end = now() + seconds; now() < end;)
        for (int i = 0; i < 1000; i++)
            dot(1);
    return unused;
}

static void large(void)
{
    static double c[100 * 100];
    for (double end = now() + seconds; now() < end;)
        product(100, c);
}

static void rare(double duration)
{
    for (double end = now() + duration; now() < end; usleep(1000))
        dot(10);
}

static void threads(void)
{
    pthread_t t[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&t[i], NULL, small, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(t[i], NULL);
}

static void fork_one(void)
{
    int status;
    rare(0.1);
    pid_t child = fork();
    if (!child) {
        double begun = now();
        for (double end = begun + seconds; now() < end; usleep(1000))
            dot(10);
        exit(0);
    }
    double begun = now();
    waitpid(child, &status, 0);
    printf("child %d after %.3f\n", WEXITSTATUS(status), now() - begun);
    fflush(stdout);
}

static double refused_at;

static enum flopshim_answer refused(const struct flopshim_refusal *refusal, void *unused)
{
    (void)unused;
    if (refused_at == 0)
        printf("%s of %.1f s: %s\n", refusal->operation, (double)refusal->time_limit_ns / 1e9,
               refusal->elapsed_ns > refusal->time_limit_ns ? "late" : "early");
    refused_at = now();
    return FLOPSHIM_SKIP;
}

static void context(void)
{
    double begun = now();
    flopshim_on_exhausted(refused, NULL);
    flopshim_begin(&(struct flopshim_context){.namespace_ = "short", .quiet = 1, .time_limit_ns = 200000000});
    while (refused_at == 0 && now() < begun + 10)
        dot(1);
    printf("after %.3f\n", refused_at - begun);
    flopshim_end(NULL);
    refused_at = 0;
    dot(7);
    printf("outside %s\n", refused_at == 0 ? "ran" : "refused");
    flopshim_begin(&(struct flopshim_context){.namespace_ = "again", .quiet = 1, .time_limit_ns = 200000000});
    dot(7);
    printf("again %s\n", refused_at == 0 ? "ran" : "refused");
    flopshim_end(NULL);
}

static void *work(void *c)
{
    flopshim_begin(&(struct flopshim_context){.namespace_ = "work", .quiet = 1});
    product(LARGEST, c);
    flopshim_end(NULL);
    return NULL;
}

static void split(void)
{
    static double c[2][LARGEST * LARGEST];
    pthread_t t;
    flopshim_begin(&(struct flopshim_context){.namespace_ = "wait", .quiet = 1});
    usleep(300000);
    dot(1);
    flopshim_end(NULL);
    work(c[0]);
    pthread_create(&t, NULL, work, c[1]);
    pthread_join(t, NULL);
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";
    seconds = argc > 2 ? atof(argv[2]) : 0;
    if (!strcmp(mode, "small"))
        small(NULL);
    else if (!strcmp(mode, "large"))
        large();
    else if (!strcmp(mode, "rare"))
        rare(seconds);
    else if (!strcmp(mode, "threads"))
        threads();
    else if (!strcmp(mode, "fork"))
        fork_one();
    else if (!strcmp(mode, "context"))
        context();
    else if (!strcmp(mode, "split"))
        split();
    return 0;
}
