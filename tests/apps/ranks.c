/* A rank of an MPI job that calls BLAS. usage: ranks CALLS WHAT. Rank r makes (r + 1) * CALLS dots of 100 elements, 200 FLOPs
 * each, between MPI_Init and MPI_Finalize. WHAT happens then:
 *
 * plain     nothing else
 * late      each rank makes one call more after MPI_Finalize
 * abort     rank 1 calls MPI_Abort(7), while the others wait for it
 * exit      rank 1 exits with 3 without MPI_Finalize
 * die       rank 1 kills itself, while the others wait for it
 * idle      only rank 0 calls at all
 * threads   the calls are made by four threads, under MPI_THREAD_SINGLE
 * funneled  the same, with MPI_Init_thread(MPI_THREAD_FUNNELED)
 * steps     says how many it has made after each of CALLS rounds of 100, and meets the others
 *
 * Prints "rank R made N" at its end. */
#include <mpi.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy);

static const char *what;
static int rank, ranks;
static long made;

static void dot(void)
{
    static double x[100], y[100];
    const int n = 100, one = 1;
    ddot_(&n, x, &one, y, &one);
    __atomic_add_fetch(&made, 1, __ATOMIC_RELAXED);
}

static void *dots(void *count)
{
    for (long i = 0; i < *(long *)count; i++)
        dot();
    return NULL;
}

static void in_threads(long calls)
{
    pthread_t threads[4];
    long each = calls / 4;
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, dots, &each);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
}

static int is(const char *name)
{
    return strcmp(what, name) == 0;
}

static void in_steps(long rounds)
{
    long each = 100;
    for (long i = 0; i < rounds; i++) {
        dots(&each);
        printf("rank %d made %ld\n", rank, made);
        fflush(stdout);
        MPI_Barrier(MPI_COMM_WORLD);
    }
}

static void end_early(void)
{
    if (is("abort"))
        MPI_Abort(MPI_COMM_WORLD, 7);
    if (is("exit"))
        exit(3);
    if (is("die"))
        kill(getpid(), SIGKILL);
}

int main(int argc, char **argv)
{
    long calls = argc > 1 ? atol(argv[1]) : 1;
    int provided;
    what = argc > 2 ? argv[2] : "plain";
    if (is("funneled"))
        MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
    else
        MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    calls *= is("steps") ? 1 : rank + 1;
    if (is("threads") || is("funneled"))
        in_threads(calls);
    else if (is("steps"))
        in_steps(calls);
    else if (!is("idle") || rank == 0)
        dots(&calls);
    printf("rank %d made %ld\n", rank, made);
    fflush(stdout);
    MPI_Barrier(MPI_COMM_WORLD);
    if (rank == 1)
        end_early();
    MPI_Barrier(MPI_COMM_WORLD);
    MPI_Finalize();
    if (is("late"))
        dot();
    return 0;
}
