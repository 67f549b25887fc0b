/* stacked THREADS CALLS: each thread CALLS times a block from malloc, dgemm_ 8x4x6 and ddot_ of 32 elements in it; prints the
 * sum, says on stderr whose malloc it was, and ends with status 7. CALLS 0: until stdin ends; prints how many each made.
 * stacked overrun, race, overflow: what a sanitizer of the program must go on finding. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

enum { THREADS_MAX = 16 };
double ddot_(const int *, const double *, const int *, const double *, const int *);
void dgemm_(const char *, const char *, const int *, const int *, const int *, const double *, const double *, const int *,
            const double *, const int *, const double *, double *, const int *, size_t, size_t);

struct worker {
    pthread_t thread;
    int calls, made;
    double sum;
};
static int over, shared;
static volatile char *volatile heap; /* a block that is left at the end has Memcheck search all memory for leaks */

static double multiply(void)
{
    const int m = 8, n = 4, k = 6, one = 1, all = 32;
    double *block = malloc((48 + 24 + 32) * sizeof *block), *b = block + 48, *c = b + 24;
    for (int i = 0; i < 72; i++)
        block[i] = i % 5;
    dgemm_("N", "N", &m, &n, &k, &(double){1}, block, &m, b, &k, &(double){0}, c, &m, 1, 1);
    double sum = ddot_(&all, c, &one, c, &one);
    free(block);
    return sum;
}

static void *work(void *argument)
{
    struct worker *w = argument;
    for (; w->calls ? w->made < w->calls : !__atomic_load_n(&over, __ATOMIC_RELAXED); w->made++)
        w->sum += multiply();
    return NULL;
}

static int run(int threads, int calls)
{
    struct worker workers[THREADS_MAX] = {0};
    double sum = 0;
    long made = 0;
    for (int i = 0; i < threads; i++) {
        workers[i].calls = calls;
        pthread_create(&workers[i].thread, NULL, work, &workers[i]);
    }
    if (!calls) {
        puts("ready");
        fflush(stdout);
        __atomic_store_n(&over, getchar() == EOF, __ATOMIC_RELAXED);
    }
    for (int i = 0; i < threads; i++) {
        pthread_join(workers[i].thread, NULL);
        sum += workers[i].sum;
        made += workers[i].made;
    }
    calls ? printf("%.0f\n", sum) : printf("%ld\n", made);
    return 7;
}

static void *increment(void *unused)
{
    for (int i = 0; i < 1000; i++)
        shared++;
    return unused;
}

static int race(void)
{
    pthread_t thread;
    multiply();
    pthread_create(&thread, NULL, increment, NULL);
    increment(NULL);
    pthread_join(thread, NULL);
    return 0;
}

int main(int argc, char **argv)
{
    Dl_info info;
    volatile int big = INT_MAX;
    const char *kind = argc > 1 ? argv[1] : "1";
    heap = malloc(8);
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
    if (!strcmp(kind, "race"))
        return race();
    if (!strcmp(kind, "overrun"))
        multiply(), heap[8] = 1;
    else if (!strcmp(kind, "overflow"))
        multiply(), big += 1;
    else if (argc > 2) {
        int status = run(atoi(argv[1]), atoi(argv[2]));
        if (dladdr(dlsym(RTLD_DEFAULT, "malloc"), &info))
            fprintf(stderr, "malloc: %s\n", basename(info.dli_fname));
        return status;
    }
    free((void *)heap);
    return 0;
}
