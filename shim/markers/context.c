/* Contexts: an account and a label (flopshim.h). */
#include "context.h"
#include "account.h"
#include "banner.h"
#include "by_name.h"
#include "clock.h"
#include "config.h"
#include "enter.h"
#include "flopshim.h"
#include "ledger_append.h"
#include "ledger_file.h"
#include "lock.h"
#include "names.h"
#include "oplog.h"

#define EXPORTED __attribute__((visibility("default")))

/* A finite double > 0, by its bits. */
static bool is_multiplier(double value)
{
    int64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits > 0 && bits < 0x7ff0000000000000;
}

static bool is_zero(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits << 1 == 0;
}

static struct ledger_account *open_account(const struct flopshim_context *context, wide flop_budget, wide flops_used)
{
    struct ledger_account a = {.limit_flops = flop_budget ? flop_budget : LEDGER_UNLIMITED,
                               .is_context = 1,
                               .open = 1,
                               .opened_ns = clock_now_ns(),
                               .time_limit_ns = context->time_limit_ns};
    a.prior_flops = flops_used < a.limit_flops ? flops_used : a.limit_flops;
    a.namespace_ = ledger_intern(context->namespace_ ? context->namespace_ : "");
    if (!ledger_has_room() || (context->namespace_ && !a.namespace_))
        return NULL;
    return ledger_add(LEDGER_ACCOUNTS, &a, sizeof a);
}

int context_open(struct thread *t, const struct flopshim_context *context, wide flop_budget, wide flops_used)
{
    double multiplier = is_zero(context->multiplier) ? config.multiplier : context->multiplier;
    if (t->context || context_process.account)
        return FLOPSHIM_NESTED;
    struct ledger_account *account = open_account(context, flop_budget, flops_used);
    if (!account)
        return FLOPSHIM_NO_SPACE;
    uint64_t calls = by_name_calls(ledger_text(account->namespace_));
    if (context->scope == FLOPSHIM_PROCESS) {
        context_process = (struct context_process){account, multiplier, context->quiet, calls};
        thread_make_all_stale();
    } else {
        t->context = account;
        t->context_multiplier = multiplier;
        t->context_weights = NULL;
        t->context_calls_before = calls;
        t->context_scopes = t->scopes;
        t->context_path = (uint32_t)strlen(t->path);
    }
    return FLOPSHIM_OK;
}

bool context_is_valid(const struct flopshim_context *context)
{
    return context && (!context->namespace_ || names_is_valid(context->namespace_)) &&
           (is_zero(context->multiplier) || is_multiplier(context->multiplier)) && context->scope <= FLOPSHIM_PROCESS &&
           context->flop_budget != UINT64_MAX && context->time_limit_ns <= INT64_MAX && !context->reserved[0];
}

EXPORTED int flopshim_begin(const struct flopshim_context *context)
{
    struct thread *t = enter_thread();
    if (!t)
        return FLOPSHIM_NOT_LOADED;
    if (!context_is_valid(context))
        return FLOPSHIM_BAD_ARGUMENT;
    shim_lock();
    int status = context_open(t, context, context->flop_budget, context->flops_used);
    if (!status)
        thread_refresh(t);
    shim_unlock();
    if (!status && !context->quiet)
        banner_print(context->flop_budget);
    return status;
}

static void read_account(struct ledger_account *account, uint64_t calls_before, struct flopshim_usage *usage)
{
    wide remaining = account_remaining(account);
    bool limited = account->limit_flops != LEDGER_UNLIMITED;
    *usage = (struct flopshim_usage){.flop_budget = limited ? wide_narrow(account->limit_flops) : 0,
                                     .flops_used = wide_narrow(account->limit_flops - remaining),
                                     .flops_remaining = limited ? wide_narrow(remaining) : 0,
                                     .calls = by_name_calls(ledger_text(account->namespace_)) - calls_before};
}

static void end_account(struct ledger_account *account)
{
    account->open = 0;
    account->closed_ns = ledger_time(clock_now_ns());
}

void context_close(struct thread *t)
{
    end_account(t->context);
    t->context = NULL;
    used_end(&t->used, t->refusals.calls);
    oplog_end(t);
    t->scopes = t->context_scopes;
    t->path[t->context_path] = 0;
    t->context_scopes = 0;
}

EXPORTED int flopshim_end(struct flopshim_usage *usage)
{
    struct thread *t = enter_thread();
    struct flopshim_usage ignored;
    if (!t)
        return FLOPSHIM_NOT_LOADED;
    shim_lock();
    struct ledger_account *account = t->context ? t->context : context_process.account;
    if (account) {
        uint64_t before = t->context ? t->context_calls_before : context_process.calls_before;
        read_account(account, before, usage ? usage : &ignored);
        if (t->context) {
            context_close(t);
        } else {
            end_account(account);
            context_process = (struct context_process){0};
            thread_make_all_stale();
        }
        thread_refresh(t);
    }
    shim_unlock();
    return account ? FLOPSHIM_OK : FLOPSHIM_NOT_OPEN;
}
