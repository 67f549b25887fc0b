/* The lock (lock.h). */
#include "lock.h"
#include "moved.h"
#include "signals.h"
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool held;
static uint64_t holder_signals; /* the holder's mask before */
static void (*notice_child)(void);

void shim_lock_first(void (*notice)(void))
{
    notice_child = notice;
}

void shim_lock(void)
{
    uint64_t before = signals_hold_handlers();
    if (notice_child)
        notice_child();
    pthread_mutex_lock(&mutex);
    atomic_store_explicit(&held, true, memory_order_relaxed);
    holder_signals = before;
}

void shim_unlock(void)
{
    uint64_t before = holder_signals;
    atomic_store_explicit(&held, false, memory_order_relaxed);
    pthread_mutex_unlock(&mutex);
    signals_release_handlers(before);
}

/* Where the program started without libpthread, an earlier glibc has no trylock for us (moved.h), and until that library is
 * loaded its pthread_mutex_lock does nothing. Who comes between the two lines waits for a holder that runs. */
static bool try_without_trylock(void)
{
    if (atomic_load_explicit(&held, memory_order_relaxed))
        return false;
    pthread_mutex_lock(&mutex);
    return true;
}

bool shim_try_lock(void)
{
    uint64_t before = signals_hold_handlers();
    __typeof__(&pthread_mutex_trylock) try = MOVED(pthread_mutex_trylock);
    bool got = try ? !try(&mutex) : try_without_trylock();
    if (!got) {
        signals_release_handlers(before);
        return false;
    }
    atomic_store_explicit(&held, true, memory_order_relaxed);
    holder_signals = before;
    return true;
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
    atomic_store_explicit(&held, false, memory_order_relaxed);
    pthread_mutex_init(&mutex, NULL);
}
