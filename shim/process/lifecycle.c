/* Start, fork, and the many ends of a process. A summary is written by whoever still can: here at exit, _exit, abort and
 * exec; from the ledger, by `flopshim run` or `flopshim report`, where a signal ended the process. */
#include "lifecycle.h"
#include "origin.h"
#include "context.h"
#include "cost.h"
#include "forward.h"
#include "process.h"
#include "python.h"
#include "slow.h"
#include "starts.h"
#include "summaries.h"
#include "thread.h"
#include "tree.h"
#include "uncovered.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum state { NEW, STARTING, READY, DISABLED };

static _Atomic enum state state;
static uint32_t uncounted; /* under shim_lock */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pid_t owner;
static atomic_int ender; /* thread that ends the process; 0: none */
static volatile int *canary;
static struct uncovered uncovered;

static void finish(int status, void *unused);

void shim_lock(void)
{
    pthread_mutex_lock(&mutex);
}

void shim_unlock(void)
{
    pthread_mutex_unlock(&mutex);
}

/* At an end, whoever holds the lock may never run again: wait a second, then go on without. */
static bool lock_at_end(void)
{
    const struct timespec millisecond = {0, 1000000};
    for (int i = 0; i < 1000; i++) {
        if (!pthread_mutex_trylock(&mutex))
            return true;
        nanosleep(&millisecond, NULL);
    }
    return false;
}

/* ---- start ---- */

static void before_fork(void)
{
    shim_lock();
    starts_before_fork();
    uncovered_before_fork();
}

static void in_parent(void)
{
    shim_unlock();
}

/* The child is a process of its own: its own threads, no call in progress, no context open; of a tree, in the same ledger,
 * else with its own account and ledger. */
static void in_child(void)
{
    pthread_mutex_init(&mutex, NULL);
    ledger_forget_process();
    if (ledger)
        tree_register();
    thread_forget_all();
    context_forget_all();
    exhausted_forget();
    ender = 0;
    starts_in_child();
    uncovered_in_child();
    memset(&uncovered, 0, sizeof uncovered);
    python_forget();
    summaries_forget();
    uncounted = 0;
    owner = getpid();
    if (canary)
        *canary = 1;
}

/* Wiped in a child that has memory of its own, so not by vfork. */
static void set_canary(void)
{
    if (!canary) {
        void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED || madvise(page, 4096, MADV_WIPEONFORK))
            return;
        canary = page;
    }
    *canary = 1;
}

void lifecycle_notice_fork(void)
{
    if (canary && !*canary)
        in_child();
}

static void choose_fast_limits(void)
{
    static const uint64_t small[4] = {1, (uint64_t)1 << 48, (uint64_t)1 << 27, (uint64_t)1 << 18};
    call_convention = config.convention;
    for (int i = 0; i < 4 && config.convention == COST_OPS; i++) {
        call_small64[i] = small[i];
        call_small32[i] = small[i] < INT32_MAX ? (uint32_t)small[i] : INT32_MAX;
    }
}

bool lifecycle_start(void)
{
    enum state seen = NEW;
    if (state == READY)
        return true;
    if (!atomic_compare_exchange_strong(&state, &seen, STARTING))
        return seen == READY;
    config_read();
    if (config.disabled) {
        state = DISABLED;
        return false;
    }
    owner = getpid();
    origin_note();
    set_canary();
    forward_start();
    forward_note_start();
    choose_fast_limits();
    pthread_atfork(before_fork, in_parent, in_child);
    if (config.tree || getenv("FLOP_TREE"))
        tree_enter();
    state = READY;
    return true;
}

__attribute__((constructor)) static void start(void)
{
    int saved = errno;
    forward_start();
    lifecycle_start();
    on_exit(finish, NULL);
    errno = saved;
}

/* ---- the ledger ---- */

void lifecycle_open_ledger(void)
{
    if (ledger_process)
        return;
    bool is_root = !ledger;
    if (!ledger && !ledger_create(config.ledger_dir, LEDGER_SCOPE_PROCESS))
        return;
    is_root |= ledger->size_bytes == LEDGER_PAGE;
    if (!process_open())
        return;
    ledger_intern("(other)"); /* there is room for it now (thread.c) */
    if (!*ledger_path())
        process_incomplete(LEDGER_NO_SPACE);
    process_uncounted(uncounted);
    account_open_process(is_root);
    starts_own();
    process_uncovered(uncovered.text);
    forward_record_providers();
    if (is_root)
        context_banner();
}

void lifecycle_note(uint32_t incomplete)
{
    shim_lock();
    if (ledger_process) {
        process_incomplete(incomplete);
        forward_record_providers();
    }
    shim_unlock();
}

void lifecycle_uncounted(void)
{
    if (state == DISABLED)
        return;
    shim_lock();
    uncounted++;
    process_uncounted(1);
    shim_unlock();
}

void lifecycle_uncovered(const char *what)
{
    shim_lock();
    uncovered_add(&uncovered, what, NULL);
    process_uncovered(uncovered.text);
    shim_unlock();
}

/* ---- the end ---- */

/* Whoever removed the file wanted the counts gone. Not where all of its folder is gone, such as that of a `flopshim run` that
 * ended before what it had started in the background. */
static void tell_of_lost_ledger(void)
{
    if (!ledger_is_lost() || !ledger_has_folder() || ledger->writer == LEDGER_REMOVED)
        return;
    const char *what = " was removed or replaced while the program ran; the counts are from memory";
    message_line("flopshim: the ledger ", ledger_path(), what, NULL);
    uncovered_add(&uncovered, "the ledger ", ledger_path(), what, NULL);
    process_uncovered(uncovered.text);
}

static void end_process(enum ledger_end reason, uint32_t status)
{
    tell_of_lost_ledger();
    if (reason != LEDGER_END_EXEC)
        tree_is_ending();
    account_close();
    process_ended(reason, status);
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
        if (!pthread_mutex_trylock(&mutex)) {
            idle++;
            shim_unlock();
        }
        nanosleep(&millisecond, NULL);
    }
    return false;
}

void lifecycle_release_end(void)
{
    int self = gettid();
    atomic_compare_exchange_strong(&ender, &self, 0);
}

/* What was not seen, looked for before the lock is taken: the loader has one of its own. Without a ledger there is
 * something to say only where a budget was set, which nothing was held against. */
static bool look_for_uncovered(struct uncovered *found)
{
    if (!ledger && config.limit_flops == LEDGER_UNLIMITED)
        return false;
    starts_list(found);
    uncovered_look(found);
    return ledger || found->length;
}

static void end_locked(enum ledger_end reason, uint32_t status, const struct uncovered *found)
{
    bool locked = lock_at_end();
    /* The last process of a tree closes it, though it may never have counted. */
    if (!ledger_process && (found->length || (ledger && reason != LEDGER_END_EXEC && tree_is_over())))
        lifecycle_open_ledger();
    uncovered_merge(&uncovered, found);
    process_uncovered(uncovered.text);
    if (ledger_process)
        end_process(reason, status);
    if (locked)
        shim_unlock();
}

static void sweep_locked(void)
{
    bool locked = lock_at_end();
    summaries_sweep();
    if (locked)
        shim_unlock();
}

/* says: the line that names the summary is not left to the caller. */
static const char *write_summary(enum ledger_end reason, uint32_t status, bool says)
{
    int saved = errno;
    if (state != READY || getpid() != owner)
        return "";
    int cancel_state;
    sigset_t all, before;
    sigfillset(&all);
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* a pool's SIGTERM must not come between the summary and its ledger */
    struct uncovered found = {0};
    bool claimed = claim_end();
    if (claimed && look_for_uncovered(&found))
        end_locked(reason, status, &found);
    if (claimed && (reason == LEDGER_END_EXIT || reason == LEDGER_END_EXHAUSTED))
        sweep_locked();
    if (claimed && says)
        summaries_say(reason);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_setcancelstate(cancel_state, NULL);
    errno = saved;
    return claimed ? summaries_named() : "";
}

const char *lifecycle_write_summary(enum ledger_end reason, uint32_t status)
{
    return write_summary(reason, status, false);
}

void lifecycle_write_and_say(enum ledger_end reason, uint32_t status)
{
    write_summary(reason, status, true);
    lifecycle_release_end();
}

void lifecycle_before_exec(void)
{
    lifecycle_write_and_say(LEDGER_END_EXEC, 0);
}

void lifecycle_after_failed_exec(void)
{
    int saved = errno;
    if (state != READY || getpid() != owner)
        return;
    shim_lock();
    process_goes_on();
    shim_unlock();
    errno = saved;
}

int lifecycle_write_to(const char *path)
{
    shim_lock();
    int status = summaries_write_to(path);
    shim_unlock();
    return status;
}

/* Registered before all others, so run after them and after the destructors, whose calls are counted too. */
static void finish(int status, void *unused)
{
    (void)unused;
    int last = lifecycle_end_status(status);
    if (last != status)
        exit(last); /* glibc goes on with what is left of its exit, and this status */
}

/* The summary of a process that ends with this status, and the status that it ends with (python.h). */
int lifecycle_end_status(int status)
{
    bool unhandled;
    if (getpid() != owner) /* a vfork child */
        return status;
    int last = python_end_status(status, &unhandled);
    const char *file = write_summary(unhandled ? LEDGER_END_EXHAUSTED : LEDGER_END_EXIT, (uint32_t)last, last == status);
    if (last != status)
        python_report(last, file);
    return last;
}
