/* What happens when a charge is refused: the handler's word, else FLOP_ON_EXHAUSTED. */
#include "out.h"
#include "flopshim.h"
#include "shim.h"
#include "thread.h"
#include "context.h"
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_flag ending = ATOMIC_FLAG_INIT;
static atomic_flag warned = ATOMIC_FLAG_INIT;

static const char *text_of(struct out *out)
{
    out_bytes(out, "", 1);
    return out->failed ? "flopshim: budget exhausted" : out->data;
}

static void describe(struct out *out, const char *operation, uint64_t cost, uint64_t remaining,
                     const struct ledger_account *account, const char *would)
{
    uint64_t limit = account->limit_flops;
    out_text(out, "flopshim: ");
    out_text(out, operation);
    out_text(out, would);
    out_grouped(out, cost);
    out_text(out, " FLOPs but only ");
    out_grouped(out, remaining);
    out_text(out, " remain (budget ");
    out_grouped(out, limit);
    out_text(out, ", used ");
    out_grouped(out, limit - remaining);
    out_text(out, ")");
}

static void record(struct thread *t, const char *operation, uint64_t cost, uint64_t remaining)
{
    shim_lock();
    ledger->refused_calls++;
    ledger->refused_cost = cost;
    ledger->refused_remaining = remaining;
    ledger->refused_name = ledger_intern(operation);
    ledger->refused_namespace = t->namespace_;
    t->refusals = (struct thread_refusals){t->refusals.calls + 1, ledger->use_clock++, cost, remaining,
                                           ledger->refused_name,  t->namespace_};
    shim_unlock();
}

/* The process ends here: one thread writes, the others wait for the end. */
static void end_process(struct out *line)
{
    if (atomic_flag_test_and_set(&ending))
        for (;;)
            pause();
    uint32_t status = config.on_exhausted == CONFIG_ERROR   ? (uint32_t)config.exit_code
                      : config.on_exhausted == CONFIG_ABORT ? SIGABRT
                                                            : (uint32_t)config.signal;
    const char *file = lifecycle_write_summary(LEDGER_END_EXHAUSTED, status);
    if (*file) {
        out_text(line, ". Summary: ");
        out_text(line, file);
    }
    message_line(text_of(line), NULL);
    if (config.on_exhausted == CONFIG_ERROR)
        lifecycle_exit_now(config.exit_code);
    if (config.on_exhausted == CONFIG_ABORT)
        lifecycle_abort_now();
    /* The default action of most signals ends the process; a program that handles it goes on, the call skipped. */
    atomic_flag_clear(&ending);
    syscall(SYS_tgkill, getpid(), gettid(), config.signal);
}

static bool let_it_run(struct thread *t, struct out *line)
{
    account_drain(t);
    if (!atomic_flag_test_and_set(&warned)) {
        out_text(line, ". It runs all the same, as FLOP_ON_EXHAUSTED=warn asks; further overruns are counted silently");
        message_line(text_of(line), NULL);
    }
    return true;
}

bool exhausted_refuse(struct thread *t, const char *operation, uint64_t cost, uint64_t remaining,
                      struct ledger_account *account)
{
    struct out line = {0};
    bool run = false;
    struct flopshim_refusal refusal = {operation, cost, remaining, (const char *)ledger + t->namespace_};
    if (!t->namespace_)
        refusal.namespace_ = "";
    flopshim_handler handler = context_handler();
    if (handler) {
        record(t, operation, cost, remaining);
        uintptr_t frame = t->outer_frame;
        t->outer_frame = 0; /* the handler may call BLAS, longjmp or throw */
        run = handler(&refusal, context_handler_data()) == FLOPSHIM_RUN;
        t->outer_frame = frame;
        if (run)
            account_drain(t);
        return run;
    }
    if (config.on_exhausted == CONFIG_WARN) {
        describe(&line, operation, cost, remaining, account, " costs ");
        run = let_it_run(t, &line);
    } else {
        record(t, operation, cost, remaining);
        describe(&line, operation, cost, remaining, account, " would cost ");
        end_process(&line);
    }
    out_free(&line);
    return run;
}
