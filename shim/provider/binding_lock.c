/* The lock of bindings (binding_lock.h). */
#include "binding_lock.h"
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <unistd.h>

static pid_t holder; /* the process whose thread holds it; 0: none */
static sigset_t unblocked;

void binding_lock(void)
{
    sigset_t all, before;
    pid_t self = getpid();
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    for (;;) {
        pid_t other = __atomic_load_n(&holder, __ATOMIC_RELAXED);
        if (other != self && __atomic_compare_exchange_n(&holder, &other, self, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            break;
        sched_yield();
    }
    unblocked = before;
}

void binding_unlock(void)
{
    sigset_t before = unblocked;
    __atomic_store_n(&holder, 0, __ATOMIC_RELEASE);
    sigprocmask(SIG_SETMASK, &before, NULL);
}
