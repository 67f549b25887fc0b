/* The lock of bindings (binding_lock.h). */
#include "binding_lock.h"
#include "signals.h"
#include <sched.h>
#include <stdbool.h>
#include <sys/types.h>
#include <unistd.h>

static pid_t holder;            /* the process whose thread holds it; 0: none */
static uint64_t holder_signals; /* the holder's mask before */

void binding_lock(void)
{
    uint64_t before = signals_hold_handlers();
    pid_t self = getpid();
    for (;;) {
        pid_t other = __atomic_load_n(&holder, __ATOMIC_RELAXED);
        if (other != self && __atomic_compare_exchange_n(&holder, &other, self, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            break;
        sched_yield();
    }
    holder_signals = before;
}

void binding_unlock(void)
{
    uint64_t before = holder_signals;
    __atomic_store_n(&holder, 0, __ATOMIC_RELEASE);
    signals_release_handlers(before);
}
