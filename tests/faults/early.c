/* A library whose constructor runs before the shim's and whose destructor runs after the shim's: libraries that a program
 * is linked to come before those that are preloaded. Both call ddot_; with EARLY_THREADS the constructor does it from
 * that many threads at once, 100 calls each, so that they meet in the shim's start. */
#include <pthread.h>
#include <stdlib.h>

enum { MAX = 64, CALLS = 100 };
double ddot_(const int *, const double *, const int *, const double *, const int *);
void early_call(int n);
static pthread_barrier_t together;

void early_call(int n)
{
    static const double x[64];
    ddot_(&n, x, &(int){1}, x, &(int){1});
}

static void *work(void *unused)
{
    (void)unused;
    pthread_barrier_wait(&together);
    for (int i = 0; i < CALLS; i++)
        early_call(1);
    return NULL;
}

__attribute__((constructor)) static void before(void)
{
    const char *text = getenv("EARLY_THREADS");
    int count = text ? atoi(text) : 0;
    pthread_t threads[MAX];
    if (!count)
        early_call(10);
    pthread_barrier_init(&together, NULL, (unsigned)count + !count);
    for (int i = 0; i < count; i++)
        pthread_create(&threads[i], NULL, work, NULL);
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
}

__attribute__((destructor)) static void after(void)
{
    if (!getenv("EARLY_THREADS"))
        early_call(20);
}
