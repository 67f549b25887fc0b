/* Calendar time in UTC without the C library's time zones, which lock and allocate. */
#pragma once
#include <stdint.h>

struct instant {
    uint64_t year;
    unsigned month;
    unsigned day;
    unsigned hour;
    unsigned minute;
    unsigned second;
    unsigned nanosecond;
};

/* The calendar time so many nanoseconds after 1970-01-01T00:00:00Z. */
struct instant instant_of(uint64_t realtime_ns);
