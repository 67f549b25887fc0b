/* The table (job.h). */
#include "job.h"
#include "account.h"
#include "config.h"
#include "end.h"
#include "enter.h"
#include "kernel.h"
#include "leave.h"
#include "ledger_file.h"
#include "ledger_kept.h"
#include "ledger_read.h"
#include "ledger_self.h"
#include "lock.h"
#include "message.h"
#include "origin.h"
#include "output.h"
#include "own_stack.h"
#include "start.h"
#include "summaries.h"
#include "summary.h"
#include "uncovered.h"
#include "unhandled.h"
#include <string.h>

struct telling {
    struct summary summary;
    bool told;
};

/* What was not seen is looked for before the lock is taken, as at an end. */
static void summarise(void *data)
{
    struct telling *telling = data;
    struct uncovered found = {0};
    if (!start_shim())
        return;
    end_look_for_uncovered(&found);
    shim_lock();
    enter_ledger();
    if (ledger_process) {
        kept_uncovered_so_far(&found);
        struct ledger_view view = ledger_view();
        telling->told = !summary_from_ledger(&view, NULL, &telling->summary);
    }
    shim_unlock();
}

static bool tell(void (*take)(const struct summary *, void *), void *data)
{
    static struct telling telling;
    own_stack_run(summarise, &telling);
    if (!telling.told)
        return false;
    struct summary *s = &telling.summary;
    s->running = s->processes[s->root_end].running = false;
    summary_set_end(s, "finalized", 0);
    summaries_told(s);
    take(s, data);
    summary_free(s);
    telling.told = false;
    return true;
}

static wide join(const struct share_hooks *hooks)
{
    shim_lock();
    enter_ledger();
    shim_unlock();
    return account_join(hooks);
}

static bool is_unhandled(void)
{
    return unhandled_was_uncaught() || unhandled_was_lost();
}

static void end(int status)
{
    leave_now(status);
}

const struct job_link flopshim_job_link_1 __attribute__((visibility("default"))) = {.build = JOB_BUILD,
                                                                                    .config = &config,
                                                                                    .say = message_line,
                                                                                    .tell = tell,
                                                                                    .write = summaries_write_job,
                                                                                    .is_written = summaries_given,
                                                                                    .end = end,
                                                                                    .join = join,
                                                                                    .add = share_add,
                                                                                    .left = share_left,
                                                                                    .release = account_release,
                                                                                    .leave_job = share_end,
                                                                                    .is_unhandled = is_unhandled};
