/* The monotonic clock, and a pause, in nanoseconds. Any thread, also in a signal handler. */
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <time.h>

static inline uint64_t clock_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Less than a second; shorter where a signal comes. */
static inline void clock_pause(long ns)
{
    const struct timespec moment = {0, ns};
    nanosleep(&moment, NULL);
}
