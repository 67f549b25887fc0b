/* The lock of a ledger that processes share: a word that names its holder, the process and its thread, and is taken from the
 * dead. No flock: it needs a descriptor, which the program may close or have none left of. */
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
static uint64_t *shared;

void ledger_lock_use(uint64_t *word)
{
    shared = word;
}

static uint64_t *lock_word(void)
{
    return !ledger ? NULL : ledger->scope == LEDGER_SCOPE_TREE ? &ledger->lock : shared;
}

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

static bool take(uint64_t *word, bool from_the_dead)
{
    uint64_t seen = 0, mine = token();
    return __atomic_compare_exchange_n(word, &seen, mine, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED) ||
           (from_the_dead && !holder_lives(seen) &&
            __atomic_compare_exchange_n(word, &seen, mine, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED));
}

bool ledger_word_try(uint64_t *word)
{
    int saved = errno;
    bool taken = take(word, true);
    errno = saved;
    return taken;
}

void ledger_word_release(uint64_t *word)
{
    uint64_t mine = token();
    __atomic_compare_exchange_n(word, &mine, 0, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
}

/* The dead leave everything in order: each store under this lock stands by itself. */
bool ledger_lock(void)
{
    const struct timespec moment = {0, 50000};
    int saved = errno;
    uint64_t *word = lock_word();
    for (unsigned tries = 0; word; tries++) {
        if (take(word, tries >= 64 && tries % 64 == 0))
            break;
        if (tries < 64) {
            sched_yield();
            continue;
        }
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
    uint64_t *word = lock_word();
    if (word)
        ledger_word_release(word);
}

void ledger_lock_is_ending(void)
{
    ending = true;
}
