/* Limits on wall time: of the process or tree (FLOP_TIME_LIMIT) and of contexts. They are looked at where a call is charged,
 * and nowhere else: no timer, no signal, no thread. A call that runs is not interrupted.
 *
 * Nothing of it stands on the fast path. Where there is a limit, a thread is granted FLOPs a few at a time (thread.grant), as
 * from an account, also where no account has a limit; whoever runs short reads the clock. So every call of
 * TIME_LIMIT_SHARE_MOST FLOPs or more is checked, and shorter ones once in as many FLOPs as lately took a millisecond, that
 * many at most. */
#pragma once
#include "thread.h"

enum { TIME_LIMIT_SHARE_MOST = 100000 };

/* A call after the deadline: what has passed, and of what. */
struct time_passed {
    uint64_t elapsed_ns;
    uint64_t limit_ns;
};

/* Work out a thread's deadline, from its accounts. Under shim_lock. */
void time_limit_refresh(struct thread *t);
/* Is the deadline of a thread over? Else *share is how many FLOPs it may be granted. By the thread itself; reads the clock. */
bool time_limit_is_over(struct thread *t, uint64_t *share, struct time_passed *passed);
/* Is there a deadline? */
static inline bool time_limit_is_set(const struct thread *t)
{
    return t->deadline_ns != UINT64_MAX;
}
