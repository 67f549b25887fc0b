/* many_calls COUNT [THREADS]: so many calls of ddot_ of each thread, with n counting from 1, on a BLAS that does nothing. */
#include <pthread.h>
#include <stdlib.h>

double ddot_(const int *, const double *, const int *, const double *, const int *);

static pthread_barrier_t all; /* no thread may take over the slot of one that has ended */

static void *calls(void *count)
{
    const int step = 0;
    const double x = 1;
    for (int n = 1; n <= *(int *)count; n++)
        (void)ddot_(&n, &x, &step, &x, &step);
    pthread_barrier_wait(&all);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t ids[16];
    int count = argc > 1 ? atoi(argv[1]) : 0, threads = argc > 2 ? atoi(argv[2]) : 1;
    pthread_barrier_init(&all, NULL, (unsigned)threads);
    for (int i = 1; i < threads && i < 16; i++)
        pthread_create(&ids[i], NULL, calls, &count);
    calls(&count);
    for (int i = 1; i < threads && i < 16; i++)
        pthread_join(ids[i], NULL);
    return 0;
}
