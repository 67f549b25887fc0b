/* The lock of a tree's ledger: a word that names its holder, the process and its thread, and is taken from the dead. No flock:
 * it needs a descriptor, which the program may close or have none left of. */
#include "ledger_lock.h"
#include "kernel.h"
#include "ledger_alive.h"
#include "ledger_file.h"
#include <errno.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static bool ending;

uint64_t ledger_member_self(void)
{
    static pid_t of;
    static uint64_t id;
    if (of != getpid()) {
        id = ledger_member((uint32_t)getpid(), ledger_start_ticks((uint32_t)getpid()));
        of = getpid();
    }
    return id;
}

static uint64_t token(void)
{
    return ledger_member_self() | ((uint64_t)kernel_tid() & LEDGER_ID_MASK);
}

static bool holder_lives(uint64_t word)
{
    pid_t pid = (pid_t)(word >> LEDGER_ID_BITS & LEDGER_ID_MASK), tid = (pid_t)(word & LEDGER_ID_MASK);
    return ledger_member_lives(ledger, word & ~LEDGER_ID_MASK) && (!syscall(SYS_tgkill, pid, tid, 0) || errno == EPERM);
}

bool ledger_lock(void)
{
    const struct timespec moment = {0, 50000};
    int saved = errno;
    if (!ledger || ledger->scope != LEDGER_SCOPE_TREE)
        return true;
    uint64_t mine = token();
    for (unsigned tries = 0;; tries++) {
        uint64_t seen = 0;
        if (__atomic_compare_exchange_n(&ledger->lock, &seen, mine, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            break;
        if (tries < 64) {
            sched_yield();
            continue;
        }
        /* The dead leave everything in order: each store under this lock stands by itself. */
        if (tries % 64 == 0 && !holder_lives(seen) &&
            __atomic_compare_exchange_n(&ledger->lock, &seen, mine, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            break;
        if (ending && tries > 20000) {
            errno = saved;
            return false;
        }
        nanosleep(&moment, NULL);
    }
    errno = saved;
    return true;
}

void ledger_unlock(void)
{
    uint64_t mine = ledger && ledger->scope == LEDGER_SCOPE_TREE ? token() : 0;
    if (mine)
        __atomic_compare_exchange_n(&ledger->lock, &mine, 0, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
}

void ledger_lock_is_ending(void)
{
    ending = true;
}
