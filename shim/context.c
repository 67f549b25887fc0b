/* Marker contexts and scopes: the public API of flopshim.h. A context is an account and a label; a scope is a label. */
#include "context.h"
#include "by_name.h"
#include "config_parse.h"
#include "out.h"
#include "evaluate.h"
#include "ledger_walk.h"
#include "lifecycle.h"
#include "oplog.h"
#include "process.h"
#include "shim.h"
#include "slow.h"
#include "thread.h"
#include <stdatomic.h>
#include <string.h>

#define EXPORTED __attribute__((visibility("default")))
#define NAME_BYTES 256

struct context_process context_process;

static _Atomic flopshim_handler handler;
static void *_Atomic handler_data;
static atomic_flag banner_is_out = ATOMIC_FLAG_INIT;

flopshim_handler context_handler(void)
{
    return handler;
}

void *context_handler_data(void)
{
    return handler_data;
}

void context_forget_all(void)
{
    context_process = (struct context_process){0};
    atomic_flag_clear(&banner_is_out);
    by_name_forget();
}

static bool is_name(const char *name)
{
    return name && *name && strnlen(name, NAME_BYTES) < NAME_BYTES;
}

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

/* ---- sums over tallies, under shim_lock ---- */

static const char *text_at(uint32_t offset)
{
    return offset ? (const char *)ledger + offset : "";
}

struct sums {
    uint64_t flops;
    uint64_t calls;
    bool seen;
};

/* Of the process or tree. name: NULL for all. Counts of running threads are read while they grow. */
static struct sums sum_tallies(const char *name)
{
    struct sums sums = {0};
    struct ledger_counts counts;
    struct ledger_view view = ledger_view();
    struct ledger_cursor cursor = {.view = &view, .kind = LEDGER_TALLIES};
    const struct ledger_tally *tally;
    while ((tally = ledger_next_record(&cursor)) != NULL) {
        if (name && (tally->accuracy & LEDGER_FORGOTTEN || !name_covers(name, text_at(tally->namespace_))))
            continue;
        ledger_tally_read(tally, &counts);
        sums.flops = cost_sum(sums.flops, counts.flops);
        sums.calls += counts.calls;
        sums.seen = true;
    }
    return sums;
}

static uint64_t budget_of(const char *name, bool *seen)
{
    uint64_t budget = 0;
    struct ledger_view view = ledger_view();
    struct ledger_cursor cursor = {.view = &view, .kind = LEDGER_ACCOUNTS};
    const struct ledger_account *a;
    while ((a = ledger_next_record(&cursor)) != NULL) {
        if (!a->is_context || a->forgotten || strcmp(name, text_at(a->namespace_)) != 0)
            continue;
        *seen = true;
        if (a->limit_flops != LEDGER_UNLIMITED && !a->prior_flops)
            budget = cost_sum(budget, a->limit_flops);
    }
    return budget;
}

/* ---- contexts ---- */

/* Of whatever opens first, the process's budget or a context. */
static void print_banner(uint64_t budget)
{
    struct out line = {0};
    if (config.quiet || atomic_flag_test_and_set(&banner_is_out))
        return;
    char backend[80];
    out_text(&line, "flopshim " FLOPSHIM_VERSION " (");
    forward_backend(backend, sizeof backend);
    out_text(&line, backend);
    out_text(&line, ") | budget: ");
    if (budget)
        out_scientific(&line, budget);
    else
        out_text(&line, "unlimited");
    out_text(&line, budget ? " FLOPs" : "");
    out_bytes(&line, "", 1);
    if (!line.failed)
        message_line(line.data, NULL);
    out_free(&line);
}

static struct ledger_account *open_account(const struct flopshim_context *context)
{
    struct ledger_account a = {
        .limit_flops = context->flop_budget ? context->flop_budget : LEDGER_UNLIMITED, .is_context = 1, .open = 1};
    a.prior_flops = context->flops_used < a.limit_flops ? context->flops_used : a.limit_flops;
    a.namespace_ = ledger_intern(context->namespace_ ? context->namespace_ : "");
    if (!ledger_has_room() || (context->namespace_ && !a.namespace_))
        return NULL;
    return ledger_add(LEDGER_ACCOUNTS, &a, sizeof a);
}

static int begin_locked(struct thread *t, const struct flopshim_context *context)
{
    double multiplier = is_zero(context->multiplier) ? config.multiplier : context->multiplier;
    if (t->context || context_process.account)
        return FLOPSHIM_NESTED;
    struct ledger_account *account = open_account(context);
    if (!account)
        return FLOPSHIM_NO_SPACE;
    uint64_t calls = by_name_calls(text_at(account->namespace_));
    if (context->scope == FLOPSHIM_PROCESS) {
        context_process = (struct context_process){account, multiplier, context->quiet, calls};
        thread_make_all_stale();
    } else {
        t->context = account;
        t->context_multiplier = multiplier;
        t->context_calls_before = calls;
        t->context_scopes = t->scopes;
        t->context_path = (uint32_t)strlen(t->path);
    }
    thread_refresh(t);
    return FLOPSHIM_OK;
}

EXPORTED int flopshim_begin(const struct flopshim_context *context)
{
    struct thread *t = thread_attach();
    if (!t)
        return FLOPSHIM_NOT_LOADED;
    if (!context || (context->namespace_ && !is_name(context->namespace_)) ||
        (!is_zero(context->multiplier) && !is_multiplier(context->multiplier)) || context->scope > FLOPSHIM_PROCESS ||
        context->flop_budget == LEDGER_UNLIMITED || context->reserved[0] || context->reserved[1])
        return FLOPSHIM_BAD_ARGUMENT;
    shim_lock();
    int status = begin_locked(t, context);
    shim_unlock();
    if (!status && !context->quiet)
        print_banner(context->flop_budget);
    return status;
}

static void read_account(struct ledger_account *account, uint64_t calls_before, struct flopshim_usage *usage)
{
    uint64_t remaining = account_remaining(account);
    bool limited = account->limit_flops != LEDGER_UNLIMITED;
    *usage = (struct flopshim_usage){.flop_budget = limited ? account->limit_flops : 0,
                                     .flops_used = account->limit_flops - remaining,
                                     .flops_remaining = limited ? remaining : 0,
                                     .calls = by_name_calls(text_at(account->namespace_)) - calls_before};
}

EXPORTED int flopshim_end(struct flopshim_usage *usage)
{
    struct thread *t = thread_attach();
    struct flopshim_usage ignored;
    if (!t)
        return FLOPSHIM_NOT_LOADED;
    shim_lock();
    struct ledger_account *account = t->context ? t->context : context_process.account;
    if (account) {
        uint64_t before = t->context ? t->context_calls_before : context_process.calls_before;
        read_account(account, before, usage ? usage : &ignored);
        account->open = 0;
        if (t->context) {
            t->context = NULL;
            oplog_end(t);
            t->scopes = t->context_scopes;
            t->path[t->context_path] = 0;
            t->context_scopes = 0;
        } else {
            context_process = (struct context_process){0};
            thread_make_all_stale();
        }
        thread_refresh(t);
    }
    shim_unlock();
    return account ? FLOPSHIM_OK : FLOPSHIM_NOT_OPEN;
}

/* ---- scopes ---- */

EXPORTED int flopshim_push(const char *name)
{
    struct thread *t = thread_attach();
    if (!t)
        return FLOPSHIM_NOT_LOADED;
    size_t used = strlen(t->path);
    if (!is_name(name) || t->scopes == THREAD_SCOPES || used + strlen(name) + 2 > sizeof t->path)
        return FLOPSHIM_BAD_ARGUMENT;
    t->scope_start[t->scopes++] = (uint16_t)used;
    if (used)
        t->path[used++] = '.';
    strcpy(t->path + used, name);
    shim_lock();
    thread_refresh(t);
    shim_unlock();
    return FLOPSHIM_OK;
}

EXPORTED int flopshim_pop(void)
{
    struct thread *t = thread_attach();
    if (!t)
        return FLOPSHIM_NOT_LOADED;
    if (t->scopes == t->context_scopes)
        return FLOPSHIM_NOT_OPEN;
    t->path[t->scope_start[--t->scopes]] = 0;
    shim_lock();
    thread_refresh(t);
    shim_unlock();
    return FLOPSHIM_OK;
}

/* ---- the rest ---- */

EXPORTED int flopshim_deduct(const char *name, uint64_t flop_cost)
{
    struct thread *t = thread_attach();
    if (!t)
        return FLOPSHIM_NOT_LOADED;
    if (!is_name(name))
        return FLOPSHIM_BAD_ARGUMENT;
    return call_deduct(t, name, flop_cost) ? FLOPSHIM_OK : FLOPSHIM_REFUSED;
}

EXPORTED int flopshim_usage(const char *namespace_, struct flopshim_usage *usage)
{
    if (!thread_attach())
        return FLOPSHIM_NOT_LOADED;
    if (!usage || (namespace_ && !is_name(namespace_)))
        return FLOPSHIM_BAD_ARGUMENT;
    shim_lock();
    struct sums sums = sum_tallies(namespace_);
    bool seen = sums.seen || !namespace_;
    uint64_t budget = namespace_ ? budget_of(namespace_, &seen) : account_process() ? account_process()->limit_flops : 0;
    shim_unlock();
    *usage = (struct flopshim_usage){.flop_budget = budget,
                                     .flops_used = sums.flops,
                                     .flops_remaining = budget > sums.flops ? budget - sums.flops : 0,
                                     .calls = sums.calls};
    return seen ? FLOPSHIM_OK : FLOPSHIM_UNKNOWN;
}

EXPORTED int flopshim_on_exhausted(flopshim_handler new_handler, void *data)
{
    if (!lifecycle_start())
        return FLOPSHIM_NOT_LOADED;
    handler_data = data;
    handler = new_handler;
    return FLOPSHIM_OK;
}

/* "m=512 n=512" as words; at most as many as a routine has arguments. */
static int split_words(char *text, const char **words, int most)
{
    int count = 0;
    char *rest;
    for (char *word = strtok_r(text, " \t,", &rest); word && count < most; word = strtok_r(NULL, " \t,", &rest))
        words[count++] = word;
    return count;
}

EXPORTED int flopshim_cost(const char *routine, const char *arguments, uint64_t *flop_cost)
{
    if (!lifecycle_start())
        return FLOPSHIM_NOT_LOADED;
    char text[1024] = "", error[256];
    const char *words[64];
    struct cost_answer answer;
    if (!routine || !flop_cost || (arguments && strlen(arguments) >= sizeof text))
        return FLOPSHIM_BAD_ARGUMENT;
    if (cost_find(routine) < 0)
        return FLOPSHIM_UNKNOWN;
    if (arguments)
        strcpy(text, arguments);
    if (cost_evaluate(routine, split_words(text, words, 64), words, &answer, error, sizeof error))
        return FLOPSHIM_BAD_ARGUMENT;
    *flop_cost = config.convention == COST_FMA ? answer.fma_cost : answer.flop_cost;
    return FLOPSHIM_OK;
}

/* What an open context has tallied stays. */
static bool is_open(const char *namespace_)
{
    for (struct thread *t = thread_list; t; t = t->next)
        if (t->context && name_covers(text_at(t->context->namespace_), namespace_))
            return true;
    return context_process.account && name_covers(text_at(context_process.account->namespace_), namespace_);
}

EXPORTED int flopshim_reset(void)
{
    if (!thread_attach())
        return FLOPSHIM_NOT_LOADED;
    shim_lock();
    struct ledger_view view = ledger_view();
    struct ledger_cursor tallies = {.view = &view, .kind = LEDGER_TALLIES, .of_one = true, .process = ledger_process};
    struct ledger_cursor accounts = {.view = &view, .kind = LEDGER_ACCOUNTS, .of_one = true, .process = ledger_process};
    struct ledger_tally *tally;
    struct ledger_account *a;
    while ((tally = (struct ledger_tally *)(uintptr_t)ledger_next_record(&tallies)) != NULL)
        if (!is_open(text_at(tally->namespace_)))
            tally->accuracy |= LEDGER_FORGOTTEN;
    while ((a = (struct ledger_account *)(uintptr_t)ledger_next_record(&accounts)) != NULL)
        if (a->is_context && !a->open)
            a->forgotten = LEDGER_FORGOTTEN;
    thread_make_all_stale();
    shim_unlock();
    return FLOPSHIM_OK;
}

EXPORTED int flopshim_write_summary(const char *path)
{
    if (!thread_attach())
        return FLOPSHIM_NOT_LOADED;
    if (!path || !config_is_template(path))
        return FLOPSHIM_BAD_ARGUMENT;
    return lifecycle_write_to(path) ? FLOPSHIM_NO_SPACE : FLOPSHIM_OK;
}

EXPORTED const char *flopshim_version(void)
{
    return FLOPSHIM_VERSION;
}

EXPORTED int flopshim_version_number(void)
{
    return FLOPSHIM_VERSION_NUMBER;
}

void context_banner(void)
{
    if (account_process())
        print_banner(account_process()->limit_flops);
}
