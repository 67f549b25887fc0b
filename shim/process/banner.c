/* The banner, and its reservation (banner.h). */
#include "banner.h"
#include "account.h"
#include "config.h"
#include "launcher.h"
#include "ledger_file.h"
#include "lock.h"
#include "message.h"
#include "noted.h"
#include "out.h"
#include "own_stack.h"
#include "unseen.h"
#include <stdatomic.h>
#include <string.h>

static atomic_flag is_out = ATOMIC_FLAG_INIT, is_engine_out = ATOMIC_FLAG_INIT;

static void print(void *of)
{
    wide budget = *(wide *)of;
    struct out line = {0};
    char backend[80];
    out_text(&line, "flopshim " FLOPSHIM_VERSION " (");
    noted_backend(backend, sizeof backend);
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

void banner_print(wide budget)
{
    if (!config.quiet && !atomic_flag_test_and_set(&is_out))
        own_stack_run(print, &budget);
}

void banner_print_process(void)
{
    if (account_process() && !(config.job && launcher_rank() > 0)) /* once a job */
        banner_print(account_process()->limit_flops);
}

/* ---- what the budget does not cover ---- */

static bool is_said_of_engines(void)
{
    if (ledger && ledger->scope == LEDGER_SCOPE_TREE)
        return __atomic_fetch_or(&ledger->said, LEDGER_SAID_ENGINES, __ATOMIC_RELAXED) & LEDGER_SAID_ENGINES;
    return atomic_flag_test_and_set(&is_engine_out);
}

static bool is_limited(void)
{
    if (config.limit_flops != CONFIG_UNLIMITED || !ledger)
        return config.limit_flops != CONFIG_UNLIMITED;
    bool locked = shim_lock_at_end();
    bool limited = account_is_limited();
    if (locked)
        shim_unlock();
    return limited;
}

/* The first engine; the summary has all of them. */
void banner_print_engines(void)
{
    struct uncovered engines = {0};
    if (config.quiet || !is_limited())
        return;
    unseen_engines(&engines);
    char *end = strchr(engines.text, '\n');
    if (end)
        *end = 0;
    if (engines.length && !is_said_of_engines())
        message_line("flopshim: the budget does not cover everything: ", engines.text, end ? "; and more" : "", NULL);
}

void banner_forget(void)
{
    atomic_flag_clear(&is_out);
    atomic_flag_clear(&is_engine_out);
}
