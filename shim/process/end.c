/* The ends (end.h). */
#include "end.h"
#include "account.h"
#include "config.h"
#include "enter.h"
#include "fork.h"
#include "ledger_file.h"
#include "ledger_kept.h"
#include "ledger_lock.h"
#include "ledger_self.h"
#include "lock.h"
#include "message.h"
#include "own_stack.h"
#include "start.h"
#include "starts.h"
#include "summaries.h"
#include "tree.h"
#include "unseen.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

static atomic_int ender; /* thread that ends the process; 0: none */

/* Whoever removed the file wanted the counts gone. Not where all of its folder is gone, such as that of a `flopshim run` that
 * ended before what it had started in the background. */
static void tell_of_lost_ledger(void)
{
    if (!ledger_is_lost() || !ledger_has_folder() || ledger->writer == LEDGER_REMOVED)
        return;
    const char *what = " was removed or replaced while the program ran; the counts are from memory";
    message_line("flopshim: the ledger ", ledger_path(), what, NULL);
    struct uncovered lost = {0};
    uncovered_add(&lost, "the ledger ", ledger_path(), what, NULL);
    kept_uncovered_all(&lost);
}

static void end_process(enum ledger_end reason, uint32_t status)
{
    tell_of_lost_ledger();
    if (reason != LEDGER_END_EXEC)
        ledger_lock_is_ending();
    account_close();
    self_ended(reason, status);
    if (tree_begin_writing(reason == LEDGER_END_EXHAUSTED))
        do
            summaries_write();
        while (!tree_end_writing());
}

/* A second thread that comes to the end waits for the first, which is about to end the process, so that status and summary
 * agree and no file is left half written. Not for ever: 5 s while a summary is written, else 300 ms. */
static bool claim_end(void)
{
    const struct timespec millisecond = {0, 1000000};
    int self = gettid();
    for (int idle = 0, waited = 0; idle < 300 && waited < 5000; waited++) {
        int nobody = 0;
        if (atomic_compare_exchange_strong(&ender, &nobody, self) || nobody == self)
            return true;
        if (shim_try_lock()) {
            idle++;
            shim_unlock();
        }
        nanosleep(&millisecond, NULL);
    }
    return false;
}

void end_release(void)
{
    int self = gettid();
    atomic_compare_exchange_strong(&ender, &self, 0);
}

/* What was not seen, looked for before the lock is taken: the loader has one of its own. Without a ledger there is
 * something to say only where a budget was set, which nothing was held against. */
static bool look_for_uncovered(struct uncovered *found)
{
    if (!ledger && config.limit_flops == CONFIG_UNLIMITED)
        return false;
    starts_list(found);
    unseen_look(found);
    return ledger || found->length;
}

static void end_locked(enum ledger_end reason, uint32_t status, const struct uncovered *found)
{
    bool locked = shim_lock_at_end();
    /* The last process of a tree closes it, though it may never have counted. */
    if (!ledger_process && (found->length || (ledger && reason != LEDGER_END_EXEC && tree_is_over())))
        enter_ledger();
    kept_uncovered_all(found);
    if (ledger_process)
        end_process(reason, status);
    if (locked)
        shim_unlock();
}

static void sweep_locked(void)
{
    bool locked = shim_lock_at_end();
    summaries_sweep();
    if (locked)
        shim_unlock();
}

struct end {
    enum ledger_end reason;
    uint32_t status;
    bool says;
    const char *named;
};

static void write_last(void *data)
{
    struct end *end = data;
    enum ledger_end reason = end->reason;
    int cancel_state;
    sigset_t all, before;
    sigfillset(&all);
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* a pool's SIGTERM must not come between the summary and its ledger */
    struct uncovered found = {0};
    bool claimed = claim_end();
    if (claimed && look_for_uncovered(&found))
        end_locked(reason, end->status, &found);
    if (claimed && (reason == LEDGER_END_EXIT || reason == LEDGER_END_EXHAUSTED))
        sweep_locked();
    if (claimed && end->says)
        summaries_say(reason);
    if (claimed)
        end->named = summaries_named();
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_setcancelstate(cancel_state, NULL);
}

const char *end_write_last(enum ledger_end reason, uint32_t status, bool says)
{
    struct end end = {.reason = reason, .status = status, .says = says, .named = ""};
    int saved = errno;
    if (!start_is_done() || !fork_is_owner())
        return "";
    own_stack_run(write_last, &end);
    errno = saved;
    return end.named;
}

const char *end_write(enum ledger_end reason, uint32_t status)
{
    return end_write_last(reason, status, false);
}

void end_write_and_say(enum ledger_end reason, uint32_t status)
{
    end_write_last(reason, status, true);
    end_release();
}

void end_before_exec(void)
{
    end_write_and_say(LEDGER_END_EXEC, 0);
}

void end_exec_failed(void)
{
    int saved = errno;
    if (!start_is_done() || !fork_is_owner())
        return;
    shim_lock();
    self_goes_on();
    shim_unlock();
    errno = saved;
}

struct copy {
    const char *path;
    int status;
};

static void write_to(void *data)
{
    struct copy *copy = data;
    shim_lock();
    copy->status = summaries_write_to(copy->path);
    shim_unlock();
}

int end_write_to(const char *path)
{
    struct copy copy = {.path = path};
    own_stack_run(write_to, &copy);
    return copy.status;
}

void end_forget(void)
{
    ender = 0;
}
