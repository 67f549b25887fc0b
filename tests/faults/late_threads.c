/* late_threads WAY: 4 threads make calls for ever, of changing routines and namespaces, while main returns or calls exit.
 * Their calls go on while destructors run, and after. */
#include "flopshim.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

double ddot_(const int *, const double *, const int *, const double *, const int *);
double dasum_(const int *, const double *, const int *);

static atomic_int called; /* threads that have made a call */

static void *work(void *unused)
{
    static const double x[4] = {1, 2, 2, 4};
    (void)unused;
    for (unsigned i = 0;; i++) {
        char name[2] = {(char)('a' + i % 26), 0};
        flopshim_push(name);
        ddot_(&(int){4}, x, &(int){1}, x, &(int){1});
        dasum_(&(int){4}, x, &(int){1});
        flopshim_pop();
        called += !i;
    }
    return NULL;
}

static void linger(void)
{
    usleep(5000);
}

int main(int argc, char **argv)
{
    pthread_t thread;
    atexit(linger);
    for (int i = 0; i < 4; i++)
        pthread_create(&thread, NULL, work, NULL);
    while (called < 4)
        usleep(1000);
    if (argc > 1 && !strcmp(argv[1], "exit"))
        exit(3);
    return 3;
}
