/* A library whose thread calls BLAS until the library's destructor stops it and waits for it: after the end of the program, and
 * after an end of ours. The destructor writes how many calls there were. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy);
void exit_joins_start(void);

static pthread_t thread;
static atomic_int stops;
static unsigned long calls;

static void *work(void *unused)
{
    static const double x[8] = {1};
    const int n = 8, one = 1;
    while (!stops) {
        ddot_(&n, x, &one, x, &one);
        calls++;
    }
    return unused;
}

void exit_joins_start(void)
{
    pthread_create(&thread, NULL, work, NULL);
}

__attribute__((destructor)) static void stop(void)
{
    stops = 1;
    pthread_join(thread, NULL);
    printf("%lu\n", calls);
    fflush(stdout);
}
