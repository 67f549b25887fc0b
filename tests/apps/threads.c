/* threads KIND: calls from 8 threads at once (pthread), a parallel region (openmp), or from a parent and its child (fork). */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 8, CALLS = 5000 };
double ddot_(const int *, const double *, const int *, const double *, const int *);
void dgemm_(const char *, const char *, const int *, const int *, const int *, const double *, const double *, const int *,
            const double *, const int *, const double *, double *, const int *, size_t, size_t);
static const double x[64];

static void dot(int n)
{
    ddot_(&n, x, &(int){1}, x, &(int){1});
}

static void multiply(int m)
{
    double c[16];
    dgemm_("N", "N", &m, &(int){2}, &(int){3}, &(double){1}, x, &(int){4}, x, &(int){4}, &(double){0}, c, &(int){4}, 1, 1);
}

static void *work(void *argument)
{
    for (int i = 0; i < CALLS; i++) {
        dot(10 + *(int *)argument);
        multiply(4);
    }
    return NULL;
}

static void by_pthread(void)
{
    pthread_t threads[THREADS];
    int numbers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        pthread_create(&threads[i], NULL, work, &numbers[i]);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

static void by_openmp(void)
{
#pragma omp parallel for num_threads(4)
    for (int i = 0; i < 10000; i++)
        dot(i % 64);
}

static int by_fork(void)
{
    int status;
    dot(5);
    pid_t child = fork();
    for (int i = 0; i < 3; i++)
        child ? dot(7) : multiply(2);
    if (!child)
        exit(0);
    waitpid(child, &status, 0);
    return status;
}

int main(int argc, char **argv)
{
    if (argc > 1 && !strcmp(argv[1], "fork"))
        return by_fork();
    (argc > 1 && !strcmp(argv[1], "openmp") ? by_openmp : by_pthread)();
    return 0;
}
