/* For programs that have ThreadSanitizer's runtime: it does not see the atomics of a library that is not instrumented, but does
 * see what the C library reads and writes for us. Each does nothing elsewhere. */
#pragma once
#include <stdbool.h>

void __tsan_acquire(void *) __attribute__((weak));
void __tsan_release(void *) __attribute__((weak));

static inline bool tsan_is_here(void)
{
    return __tsan_acquire;
}

/* What another thread did before it released this address comes before what follows. */
static inline void tsan_acquire(void *address)
{
    if (__tsan_acquire)
        __tsan_acquire(address);
}

static inline void tsan_release(void *address)
{
    if (__tsan_release)
        __tsan_release(address);
}
