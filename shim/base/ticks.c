/* Is there a counter of ticks that serves, and how long is a tick (ticks.h)? Whoever asks the time looks on; nobody waits. */
#include "ticks.h"

struct ticks ticks;

#ifdef __x86_64__
#include "procfs.h"
#include <cpuid.h>
#include <errno.h>
#include <string.h>

#define INVARIANT (1u << 8) /* CPUID 0x80000007, EDX */
#define CLOCK_SOURCE "/sys/devices/system/clocksource/clocksource0/current_clocksource"
#define WINDOW_NS 1000 /* in which both are read, at most: of TICKS_MEASURED_NS, twice, 0.01 % */

enum state { UNKNOWN, LOOKING, USELESS, BEGUN };
static _Atomic enum state state;

static bool serves(void)
{
    unsigned a, b, c, d;
    char source[8] = "";
    return __get_cpuid(0x80000007, &a, &b, &c, &d) && d & INVARIANT && procfs_read(CLOCK_SOURCE, source, sizeof source) &&
           !strncmp(source, "tsc\n", 4);
}

/* One instant by both clocks. False: something came in between. */
static bool read_both(uint64_t *counter, uint64_t *ns)
{
    uint64_t before = clock_now_ns();
    *counter = __rdtsc();
    *ns = clock_now_ns();
    return *ns - before <= WINDOW_NS;
}

static enum state begin(void)
{
    return !serves() ? USELESS : read_both(&ticks.first, &ticks.first_ns) ? BEGUN : UNKNOWN;
}

static enum state measure(void)
{
    uint64_t counter, ns;
    if (!read_both(&counter, &ns) || counter <= ticks.first)
        return BEGUN;
    ticks.factor = (uint64_t)(((unsigned __int128)(ns - ticks.first_ns) << 32) / (counter - ticks.first));
    atomic_store_explicit(&ticks.ready, true, memory_order_release);
    return USELESS; /* this way */
}

uint64_t ticks_by_clock_ns(void)
{
    enum state seen = atomic_load_explicit(&state, memory_order_acquire); /* first: `now` is not before first_ns then */
    uint64_t now = clock_now_ns();
    bool due = seen == UNKNOWN || (seen == BEGUN && now - ticks.first_ns >= TICKS_MEASURED_NS);
    if (!due || !atomic_compare_exchange_strong(&state, &seen, LOOKING))
        return now;
    int saved = errno;
    atomic_store(&state, seen == UNKNOWN ? begin() : measure());
    errno = saved;
    return clock_now_ns();
}
#else
uint64_t ticks_by_clock_ns(void)
{
    return clock_now_ns();
}
#endif
