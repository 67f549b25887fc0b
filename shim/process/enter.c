/* Entering (enter.h). */
#include "enter.h"
#include "account.h"
#include "banner.h"
#include "closing.h"
#include "config.h"
#include "end.h"
#include "ledger_alive.h"
#include "ledger_append.h"
#include "ledger_file.h"
#include "ledger_kept.h"
#include "ledger_lock.h"
#include "ledger_read.h"
#include "ledger_self.h"
#include "ledger_walk.h"
#include "lock.h"
#include "noted.h"
#include "others.h"
#include "own_stack.h"
#include "provider.h"
#include "start.h"
#include "starts.h"
#include <errno.h>
#include <unistd.h>

/* Earlier images of this process: how many, and they are over. */
static uint32_t close_images(void)
{
    uint64_t ticks = ledger_start_ticks((uint32_t)getpid());
    struct ledger_view view = ledger_view();
    struct ledger_cursor cursor = {.view = &view, .kind = LEDGER_PROCESSES};
    uint32_t images = 0, pid = (uint32_t)getpid();
    if (!ledger_lock())
        return 0;
    struct ledger_process *p;
    while ((p = (struct ledger_process *)(uintptr_t)ledger_next_record(&cursor)) != NULL) {
        if (p->pid != pid || p->start_ticks != ticks)
            continue;
        images++;
        self_superseded(p);
        others_settle(p);
    }
    ledger_unlock();
    return images;
}

void enter_ledger(void)
{
    if (ledger_process)
        return;
    bool is_root = !ledger;
    if (!ledger && !ledger_create(config.ledger_dir, LEDGER_SCOPE_PROCESS))
        return;
    is_root |= ledger->size_bytes == LEDGER_PAGE;
    if (!self_open(close_images()))
        return;
    ledger_intern("(other)"); /* there is room for it now (tally.c) */
    if (ledger_lacks_file())
        self_incomplete(LEDGER_NO_SPACE);
    account_open_process(is_root);
    starts_own();
    kept_write();
    noted_record();
    end_watch_exit();
    if (is_root)
        banner_print_process();
}

/* Who has no account yet does not get one while the accounts are closed: they are closed under the lock. */
static void lock_open(void)
{
    shim_lock();
    while (closing_is_closed() && !closing_is_mine()) {
        shim_unlock();
        end_wait();
        shim_lock();
    }
}

static void take(void *taken)
{
    if (!start_shim())
        return;
    lock_open();
    enter_ledger();
    *(struct thread **)taken = thread_take();
    shim_unlock();
}

struct thread *enter_thread(void)
{
    struct thread *t = thread_self();
    if (closing_is_closed() && closing_is_mine())
        end_touch();
    if (t && t->own_grant)
        return t;
    if (!t && provider_is_asked())
        return NULL;
    int saved = errno;
    t = NULL;
    own_stack_run(take, &t);
    if (t)
        thread_hold(t);
    errno = saved;
    return t;
}
