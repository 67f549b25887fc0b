/* The counter of ticks against the monotonic clock. */
#include "ticks.h"
#include <criterion/criterion.h>
#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

static void get_ready(void)
{
    for (int i = 0; i < 50 && !ticks.ready; i++) {
        ticks_now_ns();
        usleep(5000);
    }
}

Test(ticks, never_runs_backwards_also_where_it_changes_from_clock_to_counter)
{
    uint64_t last = ticks_now_ns(), end = clock_now_ns() + 5 * TICKS_MEASURED_NS;
    while (clock_now_ns() < end) {
        uint64_t now = ticks_now_ns();
        cr_assert(now >= last, "%" PRIu64 " after %" PRIu64, now, last);
        last = now;
    }
}

Test(ticks, a_second_is_a_second_within_a_fiftieth_of_a_percent)
{
    get_ready();
    uint64_t least = UINT64_MAX, clock = clock_now_ns(), counter = ticks_now_ns();
    usleep(500000);
    /* What comes between the two readings makes the difference larger or smaller by that much. */
    for (int i = 0; i < 100; i++) {
        int64_t apart = (int64_t)(ticks_now_ns() - counter) - (int64_t)(clock_now_ns() - clock);
        uint64_t size = (uint64_t)(apart < 0 ? -apart : apart);
        least = size < least ? size : least;
    }
    cr_assert(least <= 500000000 / 5000, "%" PRIu64 " ns apart", least);
}

Test(ticks, errno_is_kept)
{
    errno = ERANGE;
    ticks_now_ns(); /* looks for a counter */
    cr_assert_eq(errno, ERANGE);
}
