/* A rank of an MPI job that has called BLAS before MPI_Init. usage: ranks_early CALLS WHAT
 *
 * before    CALLS dots before MPI_Init and CALLS after it, "rank R made N" told after each ten
 * busy      two threads make dots from before MPI_Init until after it, CALLS or more each; told at the end
 * copies    the same with copies, which cost nothing
 * long      a thread is in one call that lasts longer than MPI_Init
 * wait      as before, but after MPI_Init it waits until its standard input ends
 *
 * Rank R makes (R + 1) times as many, but for busy, copies and long. */
#include <mpi.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy);
extern void dcopy_(const int *n, const double *x, const int *incx, double *y, const int *incy);
extern void dgemm_(const char *transa, const char *transb, const int *m, const int *n, const int *k, const double *alpha,
                   const double *a, const int *lda, const double *b, const int *ldb, const double *beta, double *c,
                   const int *ldc);

static int rank;
static long made;
static volatile int stop;

static void dot(void)
{
    static double x[100], y[100];
    const int n = 100, one = 1;
    ddot_(&n, x, &one, y, &one);
    __atomic_add_fetch(&made, 1, __ATOMIC_RELAXED);
}

static void tell(void)
{
    printf("rank %d made %ld\n", rank, made);
    fflush(stdout);
}

static void dots(long calls)
{
    for (long i = 1; i <= calls; i++) {
        dot();
        if (i % 10 == 0)
            tell();
    }
}

static void *go_on(void *calls)
{
    for (long i = 0; i < *(long *)calls || !stop; i++)
        dot();
    return NULL;
}

static void *go_on_copying(void *calls)
{
    const double x[2] = {1, 2};
    double y[2];
    const int n = 2, one = 1;
    long done = 0;
    for (; done < *(long *)calls || !stop; done++)
        dcopy_(&n, x, &one, y, &one);
    __atomic_add_fetch(&made, done, __ATOMIC_RELAXED);
    return NULL;
}

static void *multiply(void *unused)
{
    enum { N = 1600 };
    static double a[N * N], b[N * N], c[N * N];
    const int n = N;
    const double one = 1;
    dgemm_("N", "N", &n, &n, &n, &one, a, &n, b, &n, &one, c, &n);
    __atomic_add_fetch(&made, 1, __ATOMIC_RELAXED);
    return unused;
}

int main(int argc, char **argv)
{
    long calls = argc > 1 ? atol(argv[1]) : 10;
    const char *what = argc > 2 ? argv[2] : "before", *number = getenv("PMIX_RANK");
    void *(*work)(void *) = strcmp(what, "busy") == 0 ? go_on : strcmp(what, "copies") == 0 ? go_on_copying : multiply;
    int threads = work != multiply ? 2 : strcmp(what, "long") == 0;
    pthread_t list[2];
    number = number ? number : getenv("PMI_RANK");
    rank = number ? atoi(number) : 0;
    if (!threads)
        dots(calls *= rank + 1);
    for (int i = 0; i < threads; i++)
        pthread_create(&list[i], NULL, work, &calls);
    if (threads)
        usleep(20000);
    MPI_Init(&argc, &argv);
    stop = 1;
    if (!threads)
        dots(calls);
    if (strcmp(what, "wait") == 0)
        while (getchar() != EOF)
            ;
    for (int i = 0; i < threads; i++)
        pthread_join(list[i], NULL);
    tell();
    MPI_Barrier(MPI_COMM_WORLD);
    MPI_Finalize();
    return 0;
}
