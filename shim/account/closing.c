/* Closing the accounts (closing.h). */
#include "closing.h"
#include "barrier.h"
#include "clock.h"
#include "kernel.h"
#include "lock.h"
#include "pages.h"
#include "procfs.h"
#include "ways.h"
#include <errno.h>
#include <linux/futex.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define CLOSING_NS 300000000  /* a thread that has had no processor in that time is not waited for */
#define WINDOW_NS 100000      /* of processor time: the window is some 20 instructions, and an interrupt may lengthen it */
#define ROUND_NS 50000        /* between two looks */
#define PATIENCE_NS 200000000 /* program code at an end may wait for a thread that we hold for so long */
#define MOMENT_NS 5000000     /* between two looks of a thread that waits */
#define SLEEPS_FOR_SOMEBODY 2 /* looks at which the closer slept */
#define ROUNDS_BEFORE_PROCFS 2

uint32_t closing_state;
static uint32_t closer;
static uint64_t patient_since_ns; /* 0: the process ends, whatever happens */

bool closing_is_mine(void)
{
    return __atomic_load_n(&closer, __ATOMIC_RELAXED) == (uint32_t)kernel_tid();
}

/* ---- waiting for a thread ---- */

struct look {
    struct thread *thread;
    uint32_t tid;
    uintptr_t frame;
    bool tells; /* where no frame is, nothing is to be waited for */
    uint64_t cpu_ns;
};

/* Processor time that a thread of this process has had; UINT64_MAX: it is gone. */
static uint64_t processor_time(uint32_t tid)
{
    struct timespec t;
    clockid_t clock = (clockid_t)(~tid << 3 | 6); /* the kernel's name for a thread's clock, as pthread_getcpuclockid has it */
    return clock_gettime(clock, &t) ? UINT64_MAX : (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Asleep in the kernel: not between two instructions of ours. */
static bool sleeps(uint32_t tid)
{
    char path[48], text[160];
    snprintf(path, sizeof path, "/proc/self/task/%u/stat", tid);
    procfs_read(path, text, sizeof text);
    const char *state = strrchr(text, ')');
    return state && !strncmp(state, ") S", 3);
}

/* Its owner stores these with plain instructions: ThreadSanitizer knows nothing of membarrier. */
__attribute__((no_sanitize("thread"))) static uintptr_t frame_of(const struct thread *t)
{
    return __atomic_load_n(&t->outer_frame, __ATOMIC_ACQUIRE);
}

static bool is_charging(const struct thread *t)
{
    return __atomic_load_n(&t->charging, __ATOMIC_ACQUIRE);
}

/* Is it in its tallies, or past them? */
static bool is_past(const struct look *look, int round)
{
    const struct thread *t = look->thread;
    uint64_t now = processor_time(look->tid);
    if (is_charging(t))
        return now == UINT64_MAX;
    uintptr_t frame = frame_of(t);
    if (look->tells && (!frame || frame != look->frame))
        return true;
    return now == UINT64_MAX || now - look->cpu_ns >= WINDOW_NS || (round >= ROUNDS_BEFORE_PROCFS && sleeps(look->tid));
}

/* Threads that may be on their way to a tally; or all. */
static uint32_t list_threads(struct look *looks, uint32_t room, bool all)
{
    uint32_t count = 0, self = (uint32_t)kernel_tid();
    for (struct thread *t = __atomic_load_n(&thread_list, __ATOMIC_ACQUIRE); t && count < room; t = t->next) {
        uint32_t tid = __atomic_load_n(&t->own_grant->tid, __ATOMIC_RELAXED);
        uintptr_t frame = frame_of(t);
        if (tid && tid != self && (is_charging(t) || frame || all))
            looks[count++] = (struct look){t, tid, frame, !all, processor_time(tid)};
    }
    return count;
}

static uint32_t wait_for(struct look *looks, uint32_t count)
{
    const struct timespec pause = {0, ROUND_NS};
    uint64_t until = clock_now_ns() + CLOSING_NS;
    for (int round = 0; count; round++) {
        uint32_t left = 0;
        for (uint32_t i = 0; i < count; i++)
            if (!is_past(&looks[i], round))
                looks[left++] = looks[i];
        count = left;
        if (!count || clock_now_ns() > until)
            break;
        nanosleep(&pause, NULL);
    }
    return count;
}

/* ---- closing and opening ---- */

/* Were they closed by this thread already? The lock is waited for at any rate: a thread that was let go may be opening them. */
static bool shut(void)
{
    bool locked = shim_lock_at_end();
    bool again = closing_is_closed() && closing_is_mine();
    __atomic_store_n(&closer, (uint32_t)kernel_tid(), __ATOMIC_RELAXED);
    __atomic_store_n(&patient_since_ns, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&closing_state, CLOSING_CLOSED, __ATOMIC_SEQ_CST);
    if (!again) {
        thread_make_all_stale();
        ways_turn_back();
    }
    if (locked)
        shim_unlock();
    return again;
}

static uint32_t wait_for_threads(bool all)
{
    uint32_t room = thread_others();
    if (!room)
        return 0;
    barrier_here();
    struct look *looks = pages_get(room * sizeof *looks);
    if (!looks)
        return room;
    uint32_t left = wait_for(looks, list_threads(looks, room, all));
    pages_free(looks, room * sizeof *looks);
    return left;
}

uint32_t closing_close(void)
{
    static uint32_t missing;
    if (!shut())
        missing = wait_for_threads(false);
    return missing;
}

bool closing_settles(void)
{
    return !wait_for_threads(true);
}

bool closing_is_quiet(void)
{
    uint32_t self = (uint32_t)kernel_tid();
    for (struct thread *t = __atomic_load_n(&thread_list, __ATOMIC_ACQUIRE); t; t = t->next) {
        uint32_t tid = __atomic_load_n(&t->own_grant->tid, __ATOMIC_RELAXED);
        if (tid && tid != self && (is_charging(t) || frame_of(t)) && thread_lives(t))
            return false;
    }
    return true;
}

void closing_open(void)
{
    if (!closing_is_closed())
        return;
    __atomic_store_n(&closer, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&closing_state, CLOSING_OPEN, __ATOMIC_SEQ_CST);
    ways_turn_on();
    thread_make_all_stale();
    syscall(SYS_futex, &closing_state, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

void closing_has_patience(void)
{
    __atomic_store_n(&patient_since_ns, clock_now_ns(), __ATOMIC_RELEASE);
}

bool closing_may_open(void)
{
    return closing_is_closed() && __atomic_load_n(&patient_since_ns, __ATOMIC_ACQUIRE);
}

bool closing_lasts(void)
{
    uint64_t since = __atomic_load_n(&patient_since_ns, __ATOMIC_ACQUIRE);
    return closing_is_closed() && since && clock_now_ns() - since > PATIENCE_NS;
}

bool closing_wait(void)
{
    const struct timespec moment = {0, MOMENT_NS};
    int saved = errno, slept = 0;
    bool run_out = false;
    while (closing_is_closed() && !run_out) {
        syscall(SYS_futex, &closing_state, FUTEX_WAIT_PRIVATE, CLOSING_CLOSED, &moment, NULL, 0);
        slept = closing_may_open() && sleeps(__atomic_load_n(&closer, __ATOMIC_RELAXED)) ? slept + 1 : 0;
        run_out = slept >= SLEEPS_FOR_SOMEBODY || closing_lasts();
    }
    errno = saved;
    return run_out;
}

void closing_forget(void)
{
    closing_state = CLOSING_OPEN;
    closer = 0;
}
