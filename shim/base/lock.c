/* The lock (lock.h). */
#include "lock.h"
#include <pthread.h>
#include <time.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

void shim_lock(void)
{
    pthread_mutex_lock(&mutex);
}

void shim_unlock(void)
{
    pthread_mutex_unlock(&mutex);
}

bool shim_try_lock(void)
{
    return !pthread_mutex_trylock(&mutex);
}

bool shim_lock_at_end(void)
{
    const struct timespec millisecond = {0, 1000000};
    for (int i = 0; i < 1000; i++) {
        if (shim_try_lock())
            return true;
        nanosleep(&millisecond, NULL);
    }
    return false;
}

void shim_lock_forget(void)
{
    pthread_mutex_init(&mutex, NULL);
}
