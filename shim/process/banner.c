/* The banner (banner.h). */
#include "banner.h"
#include "account.h"
#include "config.h"
#include "message.h"
#include "noted.h"
#include "out.h"
#include "own_stack.h"
#include <stdatomic.h>

static atomic_flag is_out = ATOMIC_FLAG_INIT;

static void print(void *of)
{
    uint64_t budget = *(uint64_t *)of;
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

void banner_print(uint64_t budget)
{
    if (!config.quiet && !atomic_flag_test_and_set(&is_out))
        own_stack_run(print, &budget);
}

void banner_print_process(void)
{
    if (account_process())
        banner_print(account_process()->limit_flops);
}

void banner_forget(void)
{
    atomic_flag_clear(&is_out);
}
