/* What happens when a charge is refused: the handler's word, else FLOP_ON_EXHAUSTED. */
#include "refuse.h"
#include "account.h"
#include "config.h"
#include "deliver.h"
#include "end.h"
#include "frames.h"
#include "kernel.h"
#include "leave.h"
#include "ledger_append.h"
#include "ledger_file.h"
#include "ledger_self.h"
#include "lock.h"
#include "message.h"
#include "origin.h"
#include "refusal.h"
#include "share.h"
#include "signals.h"
#include "summaries.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PATIENCE_MS 300

static atomic_flag warned = ATOMIC_FLAG_INIT;
static _Atomic flopshim_handler handler;
static void *_Atomic handler_data;

/* account: none, where its time is over. */
static void put_refusal(struct out *out, const struct refusal *r, const struct ledger_account *account, const char *would)
{
    refusal_say(r, would, out);
    if (!account)
        return;
    out_text(out, " (budget ");
    out_grouped(out, account->limit_flops);
    out_text(out, ", used ");
    out_grouped(out, account->limit_flops - r->remaining);
    out_text(out, ")");
}

/* Where there is no memory for the line (a sandbox may forbid it) it is said at once, for what it is. */
static void describe(struct out *out, const struct refusal *r, const struct ledger_account *account, const char *would)
{
    char text[800];
    struct out here = {.data = text, .capacity = sizeof text}; /* 400 bytes and the name: it does not grow */
    put_refusal(out, r, account, would);
    if (out->length || strlen(r->operation) >= sizeof text / 2)
        return;
    put_refusal(&here, r, account, would);
    out_bytes(&here, "", 1);
    message_line(text, NULL);
}

static void record(struct thread *t, const struct refusal *r)
{
    shim_lock();
    uint32_t name = ledger_intern(r->operation);
    self_refused(name, t->namespace_, r->cost, r->remaining);
    if (r->limit_ns)
        self_refused_late(r->elapsed_ns, r->limit_ns);
    t->refusals = (struct thread_refusals){.calls = t->refusals.calls + 1,
                                           .at = ledger_tick(),
                                           .flop_cost = r->cost,
                                           .flops_remaining = r->remaining,
                                           .elapsed_ns = r->elapsed_ns,
                                           .limit_ns = r->limit_ns,
                                           .operation = name,
                                           .namespace_ = t->namespace_};
    shim_unlock();
}

/* Will the program live on? It has a handler, or the signal is ignored, or it is pending already (blocked by all threads). */
static bool lives_through(int number)
{
    struct sigaction action;
    sigset_t pending;
    if (sigaction(number, NULL, &action) || action.sa_handler != SIG_DFL)
        return true;
    switch (number) {
    case SIGCHLD:
    case SIGURG:
    case SIGWINCH:
    case SIGCONT:
    case SIGSTOP:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU: return true;
    default: return !sigpending(&pending) && sigismember(&pending, number) == 1;
    }
}

/* To this thread, which has it before its next instruction. Where it is blocked here: to whoever has it unblocked, or
 * waits for it. */
static void raise_signal(struct thread *t, int number)
{
    sigset_t mask;
    uintptr_t frame = t->outer_frame;
    frames_end(t, frame); /* a handler may call BLAS, or jump */
    if (!sigprocmask(SIG_SETMASK, NULL, &mask) && sigismember(&mask, number) == 1)
        kill(getpid(), number);
    else
        syscall(SYS_tgkill, getpid(), kernel_tid(), number);
    if (thread_self() == t)
        frames_begin(t, frame);
}

/* A reader of stderr that takes nothing must not hold up the end. */
static void say(struct out *line)
{
    out_text(line, "\n");
    if (line->failed && line->length)
        message_line("flopshim: budget or time exhausted", NULL);
    else if (!line->failed)
        origin_print(line, PATIENCE_MS);
}

static void say_once_and_signal(struct thread *t, struct out *line)
{
    if (!atomic_flag_test_and_set(&warned)) {
        out_text(line, ". The program lives through the signal: such calls are left out, from now on silently");
        say(line);
    }
    raise_signal(t, config.signal);
}

/* What remains once all accounts are closed, and what the message and the summary say: other threads may have gone on since the
 * charge was refused, and calls that were rejected may have given back. False: it fits after all; time does not come back. */
static bool settle(struct thread *t, struct refusal *r, struct ledger_account *account)
{
    if (!end_close() || !account)
        return true;
    bool locked = shim_lock_at_end();
    r->remaining = account_remaining(account);
    bool fits = account_covers(account, r->remaining, r->cost);
    if (!fits)
        self_refused_with(r->remaining);
    t->refusals.flops_remaining = r->remaining;
    if (locked)
        shim_unlock();
    if (fits)
        end_release();
    return !fits;
}

static void write_and_say(struct out *line, uint32_t status)
{
    const char *file = end_write(LEDGER_END_EXHAUSTED, status, false);
    if (*file) {
        out_text(line, ". Summary: ");
        out_text(line, file);
        summaries_said();
    }
    say(line);
}

static void leave_by_signal(struct thread *t, int number)
{
    if (config.on_exhausted == CONFIG_ABORT) {
        frames_end(t, t->outer_frame); /* a handler may jump */
        leave_by_abort();
    }
    raise_signal(t, number);
    end_release(); /* blocked by all threads */
}

/* Of a job all processes end, by what ends this one too; its summary is written. */
static _Noreturn void leave(int status)
{
    leave_flush();
    end_keep();
    share_leave(status);
    leave_now(status);
}

/* The process ends here. One thread writes, others that are refused wait for the end. No signal handler of the program's
 * runs meanwhile in this thread, nor is it cancelled: either could leave the end half done. True: the call fits after all. */
static bool end_process(struct thread *t, struct out *line, struct refusal *r, struct ledger_account *account)
{
    struct undisturbed u;
    int number = config.on_exhausted == CONFIG_ABORT ? SIGABRT : config.signal;
    bool by_signal = config.on_exhausted != CONFIG_ERROR;
    bool lives_on = by_signal && lives_through(number);
    if (lives_on && number != SIGABRT) {
        describe(line, r, account, " would cost ");
        say_once_and_signal(t, line);
        return false;
    }
    signals_hold_all(&u);
    bool refused = settle(t, r, account);
    if (refused) {
        describe(line, r, account, " would cost ");
        write_and_say(line, (uint32_t)(by_signal ? number : config.exit_code));
        if (!by_signal)
            leave(config.exit_code);
        leave_flush();
        if (lives_on)
            end_linger();
    }
    signals_release_all(&u);
    if (refused)
        leave_by_signal(t, number);
    return !refused;
}

static bool let_it_run(const struct refusal *r, const struct ledger_account *account)
{
    struct out line = {0};
    if (atomic_flag_test_and_set(&warned))
        return true;
    describe(&line, r, account, " costs ");
    out_text(&line, ". It runs all the same, as FLOP_ON_EXHAUSTED=warn asks; further overruns are counted silently");
    say(&line);
    out_free(&line);
    return true;
}

/* A call in the handler that does not fit either is left out: else handlers would call themselves without end. */
static bool ask(flopshim_handler asked, struct thread *t, const struct flopshim_refusal *refusal)
{
    if (t->handler_frame)
        return false;
    uintptr_t frame = t->outer_frame;
    t->handler_frame = (uintptr_t)__builtin_frame_address(0);
    frames_end(t, frame); /* the handler may call BLAS, longjmp or throw */
    bool run = asked(refusal, handler_data) == FLOPSHIM_RUN;
    if (thread_self() != t)
        return false; /* the handler forked: the child has another thread state, and no call in progress */
    t->handler_frame = 0;
    frames_begin(t, frame);
    return run;
}

void refuse_ask(flopshim_handler new_handler, void *data)
{
    handler_data = data;
    handler = new_handler;
}

void refuse_forget(void)
{
    atomic_flag_clear(&warned);
}

bool refuse_call(struct thread *t, struct refusal *r, struct ledger_account *account)
{
    __asm__ volatile(".cfi_personality 0x1b, call_personality"); /* a handler that throws ends the call */
    if (config.on_exhausted == CONFIG_WARN && !handler)
        return let_it_run(r, account);
    record(t, r);
    if (handler) {
        return ask(handler, t,
                   &(struct flopshim_refusal){.operation = r->operation,
                                              .flop_cost = r->cost,
                                              .flops_remaining = wide_narrow(r->remaining),
                                              .elapsed_ns = r->elapsed_ns,
                                              .time_limit_ns = r->limit_ns,
                                              .namespace_ = ledger_text(t->namespace_)});
    }
    struct out line = {0};
    int saved = errno;
    if (config.on_exhausted == CONFIG_ERROR && python_refuse(t, r))
        return false;
    bool fits = end_process(t, &line, r, account);
    out_free(&line);
    errno = saved;
    return fits;
}
