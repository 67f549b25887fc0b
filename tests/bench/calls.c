/* calls CASE CALLS THREADS: makes CALLS calls in each thread and prints the least time of a call over several rounds.
 * CASE: ddot_1 dcopy_1 dgemm_1 dgemm_4 cblas_ddot_1 cblas_dgemm_1 cblas_dgemm_4 dgetrf_4 dgetrf_3x4; nested_ddot nested_dgemm
 * nested_dgetrf, made by one call of dpbtrf_ of the stub; context, opened and closed; caller, from the second of the copies of
 * libbench_caller.so in the folder BENCH_CALLERS, after all of them have made a call. */
#include "flopshim.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

double ddot_(const int *, const double *, const int *, const double *, const int *);
void dcopy_(const int *, const double *, const int *, double *, const int *);
void dgemm_(const char *, const char *, const int *, const int *, const int *, const double *, const double *, const int *,
            const double *, const int *, const double *, double *, const int *, size_t, size_t);
double cblas_ddot(int, const double *, int, const double *, int);
void cblas_dgemm(int, int, int, int, int, int, double, const double *, int, const double *, int, double, double *, int);
void dgetrf_(const int *, const int *, double *, const int *, int *, int *);
void dpbtrf_(const char *, const int *, const int *, double *, const int *, int *);

enum { ROUNDS = 10 };

static const char *name;
static long calls;
static void (*caller)(long);
static pthread_barrier_t barrier;

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void load_callers(void)
{
    const char *folder = getenv("BENCH_CALLERS");
    for (int i = 0; folder; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%d.so", folder, i);
        void *handle = dlopen(path, RTLD_NOW);
        if (!handle)
            break;
        void (*call_dgemm)(long) = NULL;
        *(void **)&call_dgemm = dlsym(handle, "call_dgemm");
        call_dgemm(1);
        if (i == 1)
            caller = call_dgemm;
    }
}

static void call_lapack(long count)
{
    const int n = 4, m = strcmp(name, "dgetrf_3x4") != 0 ? n : 3, rows = (int)count, bandwidth = !strcmp(name, "nested_dgetrf");
    double a[16] = {1};
    int info, pivots[4];
    if (strncmp(name, "nested_", 7) == 0)
        dpbtrf_(strstr(name, "dgemm") ? "U" : "L", &rows, &bandwidth, a, &n, &info);
    for (long i = 0; i < count && !strncmp(name, "dgetrf", 6); i++)
        dgetrf_(&m, &n, a, &n, pivots, &info);
}

static void open_contexts(long count)
{
    const struct flopshim_context context = {.namespace_ = "bench", .flop_budget = 1000000, .quiet = 1};
    for (long i = 0; i < count; i++) {
        flopshim_begin(&context);
        flopshim_end(NULL);
    }
}

static void call_blas(long count)
{
    const int n = name[strlen(name) - 1] - '0', one = 1;
    const double alpha = 1, beta = 0;
    double a[16] = {1}, b[16] = {1}, c[16] = {0};
    int fortran = strncmp(name, "cblas", 5) != 0, dot = strstr(name, "ddot") != NULL;
    for (long i = 0; i < count; i++) {
        if (dot && fortran)
            c[0] += ddot_(&n, a, &one, b, &one);
        else if (dot)
            c[0] += cblas_ddot(n, a, 1, b, 1);
        else if (strstr(name, "dcopy"))
            dcopy_(&n, a, &one, b, &one);
        else if (fortran)
            dgemm_("N", "N", &n, &n, &n, &alpha, a, &n, b, &n, &beta, c, &n, 1, 1);
        else
            cblas_dgemm(102, 111, 111, n, n, n, alpha, a, n, b, n, beta, c, n);
    }
}

static void call(long count)
{
    if (caller)
        caller(count);
    else if (!strcmp(name, "context"))
        open_contexts(count);
    else if (strstr(name, "nested") || strstr(name, "getrf"))
        call_lapack(count);
    else
        call_blas(count);
}

static void *work(void *least)
{
    call(100);
    for (int round = 0; round < ROUNDS; round++) {
        pthread_barrier_wait(&barrier);
        double start = now_ns();
        call(calls / ROUNDS);
        double each = (now_ns() - start) / (double)(calls / ROUNDS);
        if (each < *(double *)least)
            *(double *)least = each;
    }
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    name = argv[1];
    calls = atol(argv[2]);
    load_callers();
    int threads = atoi(argv[3]);
    pthread_t ids[8];
    double least[8];
    pthread_barrier_init(&barrier, NULL, (unsigned)threads);
    for (int i = 0; i < threads; i++) {
        least[i] = 1e18;
        pthread_create(&ids[i], NULL, work, &least[i]);
    }
    double slowest = 0;
    for (int i = 0; i < threads; i++) {
        pthread_join(ids[i], NULL);
        if (least[i] > slowest)
            slowest = least[i];
    }
    printf("%.3f\n", slowest);
    return 0;
}
