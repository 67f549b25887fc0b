/* What a ledger can only gain, added up, so that two looks at one tell whether somebody wrote over it. */
#pragma once
#include "ledger_read.h"

#define WATCH_UNEQUAL "what its threads spent is not what they counted"

struct watch_sums {
    bool has_limit;
    wide limit_flops;    /* of the first account */
    bool limit_differs;  /* from the one that it began with: its process says so at its end */
    wide flops;          /* of all tallies */
    uint64_t calls;      /* likewise */
    bool sticks;         /* one of them at the largest number */
    bool doubtful;       /* a tally was caught between two stores: its calls are not known */
    wide spent_flops;    /* of all grants */
    wide refunded_flops; /* likewise: by so much `flops` and `spent_flops` may have shrunk */
    uint64_t refused_calls;
    uint64_t ended;
    size_t size_bytes;
    size_t processes;
};

/* Add up a copy of a ledger: something that nobody writes to any more. */
void watch_sum_up(const struct ledger_view *view, struct watch_sums *sums);

/* Says what is less than it was or should be, or that the limit changed; NULL: neither. `after` was copied after `before`;
 * `refunded_flops` is what there may have been refunded since some time before `before`. */
const char *watch_backwards(const struct watch_sums *before, const struct watch_sums *after, wide refunded_flops);

/* Does what threads spent differ from what they counted? Asked of a ledger that nobody writes to, and answered where it has a
 * limit. Where a process was killed, or ended beside other threads of its own, calls may be spent and not counted yet. */
bool watch_mismatch(const struct ledger_view *view, const struct watch_sums *sums);
