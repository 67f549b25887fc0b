/* The ends (end.h). */
#include "end.h"
#include "account.h"
#include "banner.h"
#include "closing.h"
#include "config.h"
#include "enter.h"
#include "fork.h"
#include "kernel.h"
#include "ledger_file.h"
#include "ledger_kept.h"
#include "ledger_lock.h"
#include "ledger_self.h"
#include "lock.h"
#include "message.h"
#include "origin.h"
#include "own_stack.h"
#include "path.h"
#include "signals.h"
#include "start.h"
#include "starts.h"
#include "summaries.h"
#include "sweep_name.h"
#include "templates.h"
#include "tree.h"
#include "unseen.h"
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static atomic_int ender;      /* thread that ends the process; 0: none */
static uint32_t unclosed;     /* calls that the end may miss, of threads that could not be waited for */
static bool kept;             /* the end is written for good */
static bool said_left;        /* that the ledger stays */
static atomic_int exit_known; /* exit's status, as a handler saw it before the destructors */
static struct {
    bool done;           /* the end was written before the destructors */
    atomic_bool touched; /* and something was counted since */
    enum ledger_end reason;
    uint32_t status;
} early;

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

/* Where nothing is to be opened, the kernel is not asked either. */
static bool is_confined(void)
{
    return ((ledger && *ledger_path()) || !templates_are_none(config.output)) && origin_is_confined();
}

/* Of a tree, the files may be those of another process. */
static bool somebody_reads(void)
{
    bool is_tree = ledger && ledger->scope == LEDGER_SCOPE_TREE;
    return !templates_are_none(is_tree ? ledger->output : config.output);
}

/* `flopshim run`, a parent or the next process that counts makes the summary of a ledger that is left. */
static void say_left(void)
{
    static const char why[] =
        "flopshim: the program has confined itself (seccomp); its summary is left to its parent or the next "
        "process that counts. Its ledger: ";
    if (!config.quiet && !said_left && somebody_reads() && !sweep_run_of(path_base(ledger_folder())))
        message_line(why, ledger_path(), NULL);
    said_left = true;
}

static void end_process(enum ledger_end reason, uint32_t status)
{
    bool confined = is_confined() && *ledger_path();
    bool leaves = confined || (reason != LEDGER_END_EXEC && summaries_are_left_to_run());
    if (!leaves)
        tell_of_lost_ledger();
    if (reason != LEDGER_END_EXEC)
        ledger_lock_is_ending();
    account_close();
    self_unclosed(unclosed);
    self_ended(reason, status);
    if (confined)
        say_left();
    else if (!leaves && tree_begin_writing(reason == LEDGER_END_EXHAUSTED))
        do
            summaries_write();
        while (!tree_end_writing());
}

/* A second thread that comes to the end waits for the first, which is about to end the process, so that status and summary
 * agree and no file is left half written. Not for ever: 5 s while a summary is written, else 300 ms. */
static bool claim_end(void)
{
    const struct timespec millisecond = {0, 1000000};
    int self = kernel_tid();
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

static void release(void)
{
    int self = kernel_tid();
    atomic_compare_exchange_strong(&ender, &self, 0);
}

bool end_close(void)
{
    if (!claim_end())
        return false;
    unclosed = closing_close();
    return true;
}

void end_release(void)
{
    shim_lock();
    if (closing_is_mine())
        closing_open();
    shim_unlock();
    release();
}

void end_linger(void)
{
    closing_has_patience();
    release();
}

/* Threads that were held at an end go on. What the files say is not the whole any more, until a later end writes them anew. */
static void let_go(void)
{
    struct undisturbed u;
    int saved = errno;
    signals_hold_all(&u);
    shim_lock();
    if (closing_may_open()) {
        early.touched = true;
        self_goes_on();
        if (ledger_process && !summaries_are_left_to_run() && tree_begin_writing(false))
            do
                summaries_write();
            while (!tree_end_writing());
        closing_open();
    }
    shim_unlock();
    signals_release_all(&u);
    errno = saved;
}

void end_wait(void)
{
    if (closing_wait())
        let_go();
}

void end_touch(void)
{
    early.touched = true;
    if (closing_lasts())
        let_go();
}

/* Without a ledger there is something to say only where a budget was set, which nothing was held against. */
bool end_look_for_uncovered(struct uncovered *found)
{
    if (!ledger && config.limit_flops == CONFIG_UNLIMITED)
        return false;
    if (somebody_reads()) {
        starts_list(found);
        if (is_confined())
            uncovered_add(found, "the program has confined itself (seccomp): what passes the preload by was not looked for",
                          NULL);
        else
            unseen_look(found);
    }
    return ledger || found->length;
}

static void end_locked(enum ledger_end reason, uint32_t status, const struct uncovered *found)
{
    bool locked = shim_lock_at_end();
    /* The last process of a tree closes it, though it may never have counted. */
    if (!ledger_process && !is_confined() && (found->length || (ledger && reason != LEDGER_END_EXEC && tree_is_over())))
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
    bool says, slowly;
    const char *named;
};

static void write_last(void *data)
{
    struct end *end = data;
    enum ledger_end reason = end->reason;
    struct undisturbed u;
    signals_hold_all(&u); /* a pool's SIGTERM must not come between the summary and its ledger */
    struct uncovered found = {0};
    bool claimed = end_close();
    if (claimed)
        signals_put_off(); /* other threads take it as well */
    if (claimed && (end->slowly ? end_look_for_uncovered(&found) : ledger != NULL))
        end_locked(reason, end->status, &found);
    if (claimed && end->slowly && (reason == LEDGER_END_EXIT || reason == LEDGER_END_EXHAUSTED) && !is_confined())
        sweep_locked();
    if (claimed && end->says)
        summaries_say(reason);
    if (claimed && end->says && reason != LEDGER_END_EXEC)
        summaries_advise(reason == LEDGER_END_EXHAUSTED ? "its budget is exhausted" : "a rank ended without MPI_Finalize");
    if (claimed && end->says && end->slowly)
        banner_print_engines();
    if (claimed)
        end->named = summaries_named();
    signals_release_all(&u);
    if (claimed)
        signals_send_again();
}

static const char *write_end(enum ledger_end reason, uint32_t status, bool says, bool slowly)
{
    struct end end = {.reason = reason, .status = status, .says = says, .slowly = slowly, .named = ""};
    int saved = errno;
    if (!start_is_done() || !fork_is_owner() || kept)
        return "";
    own_stack_run(write_last, &end);
    errno = saved;
    return end.named;
}

const char *end_write(enum ledger_end reason, uint32_t status, bool says)
{
    return write_end(reason, status, says, true);
}

/* ---- exit: before the destructors of the libraries, and after ---- */

static void note_status(int status, void *unused)
{
    (void)unused;
    exit_known = status;
}

void end_watch_exit(void)
{
    static bool watching;
    if (!watching)
        watching = !on_exit(note_status, NULL);
}

int end_exit_status(void)
{
    return exit_known;
}

/* From a provider's destructor to the end of the process other threads may die of it. Without us that takes microseconds of a
 * thread that was idle just before; after our work it would be put aside in the middle of them. */
static void rest_before_destructors(void)
{
    const struct timespec moment = {0, 1000000};
    if (thread_others())
        nanosleep(&moment, NULL);
}

void end_write_early(enum ledger_end reason, uint32_t status, bool says)
{
    if (!start_is_done() || !end_close())
        return;
    early.touched = false;
    write_end(reason, status, says, true);
    early.done = true;
    early.reason = reason;
    early.status = status;
    closing_has_patience();
    rest_before_destructors();
}

const char *end_write_late(enum ledger_end reason, uint32_t status, bool says)
{
    if (!early.done)
        return write_end(reason, status, says, true);
    if (!early.touched && early.reason == reason && early.status == status)
        return summaries_named();
    return write_end(reason, status, says, false);
}

/* ---- ends that may come to nothing ---- */

void end_before_abort(void)
{
    struct sigaction action;
    end_write(LEDGER_END_SIGNAL, SIGABRT, true);
    if (!sigaction(SIGABRT, NULL, &action) && action.sa_handler != SIG_DFL)
        closing_has_patience();
    release();
}

void end_before_exec(void)
{
    end_write(LEDGER_END_EXEC, 0, true);
    release();
}

void end_exec_failed(void)
{
    int saved = errno;
    if (!start_is_done() || !fork_is_owner())
        return;
    shim_lock();
    self_goes_on();
    if (closing_is_mine())
        closing_open();
    shim_unlock();
    errno = saved;
}

void end_keep(void)
{
    kept = true;
}

void end_forget(void)
{
    signals_forget();
    kept = false;
    ender = 0;
    unclosed = 0;
    said_left = false;
    exit_known = 0;
    early.done = false;
    early.touched = false;
    closing_forget();
}
