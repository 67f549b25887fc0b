/* Fork (fork.h). The handlers are pthread_atfork's; a child that was made without them is noticed by a page that the kernel
 * wipes in it. */
#include "fork.h"
#include "banner.h"
#include "by_name.h"
#include "end.h"
#include "ledger_append.h"
#include "ledger_file.h"
#include "ledger_kept.h"
#include "ledger_self.h"
#include "lock.h"
#include "own_stack.h"
#include "pages.h"
#include "parts.h"
#include "signals.h"
#include "starts.h"
#include "summaries.h"
#include "thread.h"
#include "tree.h"
#include "unseen.h"
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

static pid_t owner;
static volatile int *canary; /* never seen as 0 by the threads of the process that set it */

static uint64_t forking_signals; /* the mask before of the thread that forks, and holds the lock */
static bool forking_in_call;     /* it is in one: of a function that LAPACK was given, or of a handler's making */

static void before_fork(void)
{
    uint64_t before = signals_hold_handlers();
    shim_lock();
    forking_signals = before;
    forking_in_call = thread_before_fork();
    starts_before_fork();
    unseen_before_fork();
    tree_before_fork();
}

static void in_parent(void)
{
    uint64_t before = forking_signals;
    if (forking_in_call)
        thread_in_parent();
    shim_unlock();
    signals_release_handlers(before);
}

/* The child is a process of its own: its own threads, no call in progress, no context open; of a tree, in the same ledger,
 * else with its own account and ledger. */
static void begin_anew(void *in_call)
{
    if (canary)
        *canary = 1; /* the first thing: what follows may take the lock */
    shim_lock_forget();
    ledger_forget_process(*(bool *)in_call);
    self_begins();
    if (ledger)
        tree_register();
    thread_forget_all();
    by_name_forget();
    banner_forget();
    end_forget();
    starts_in_child();
    unseen_in_child();
    kept_forget();
    summaries_forget();
    parts.in_child();
    owner = getpid();
}

static void in_fork_child(void)
{
    own_stack_forget();
    own_stack_run(begin_anew, &forking_in_call);
    tree_in_child();
    signals_release_handlers(forking_signals);
}

/* Wiped in a child that has memory of its own, so not by vfork. */
static void set_canary(void)
{
    if (!canary) {
        volatile int *page = pages_get(4096);
        if (!page || madvise((void *)page, 4096, MADV_WIPEONFORK))
            return;
        *page = 1;
        canary = page;
    }
    *canary = 1;
}

/* Where this is a child process that the handlers did not see, do now what they do. */
static void notice(void)
{
    bool in_call = true; /* what tells it was wiped */
    if (canary && !*canary)
        own_stack_run(begin_anew, &in_call);
}

/* A sandbox that does not tell the pid lets nobody make another process either. */
bool fork_is_owner(void)
{
    pid_t self = getpid();
    return self == owner || self < 0;
}

void fork_watch(void)
{
    owner = getpid();
    set_canary();
    shim_lock_first(notice);
    unseen_start();
    pthread_atfork(before_fork, in_parent, in_fork_child);
}
