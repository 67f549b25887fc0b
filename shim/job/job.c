/* The table (job.h). */
#include "job.h"
#include "account.h"
#include "clock.h"
#include "closing.h"
#include "config.h"
#include "end.h"
#include "enter.h"
#include "kernel.h"
#include "leave.h"
#include "ledger_file.h"
#include "ledger_kept.h"
#include "ledger_lock.h"
#include "ledger_node_file.h"
#include "ledger_read.h"
#include "ledger_self.h"
#include "lock.h"
#include "message.h"
#include "origin.h"
#include "output.h"
#include "own_stack.h"
#include "signals.h"
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

struct joining {
    uint32_t rank, ranks, number;
};

static void note_job(void *data)
{
    const struct joining *joining = data;
    if (!start_shim())
        return;
    shim_lock();
    enter_ledger();
    self_joined(joining->rank, joining->ranks, joining->number);
    shim_unlock();
}

static void joined(uint32_t rank, uint32_t count, uint32_t number)
{
    struct joining joining = {rank, count, number};
    own_stack_run(note_job, &joining);
}

/* ---- the ledger of the node ---- */

#define QUIET_LOOKS 50
#define QUIET_NS 2000000

struct moving {
    uint32_t slot;
    const char *path;
    char *made;
    size_t size;
    bool done;
};

static void make(void *data)
{
    struct moving *m = data;
    shim_lock();
    m->done = ledger_process && ledger_node_make(m->slot, m->made, m->size);
    shim_unlock();
}

static bool make_node(uint32_t slots, char *path, size_t size)
{
    struct moving moving = {.slot = slots, .made = path, .size = size};
    own_stack_run(make, &moving);
    return moving.done;
}

/* Nobody writes to the ledger meanwhile: the accounts are closed, and no call is left to return. */
static void move(void *data)
{
    struct moving *m = data;
    struct undisturbed u;
    signals_hold_all(&u);
    if (end_close()) {
        bool settled = closing_settles();
        for (int i = 0; i < QUIET_LOOKS && !closing_is_quiet(); i++)
            clock_pause(QUIET_NS);
        shim_lock();
        m->done = ledger_process && settled && closing_is_quiet() && ledger_node_move(m->path, m->slot);
        shim_unlock();
        end_release();
    }
    signals_release_all(&u);
}

static bool move_to_node(const char *path, uint32_t slot)
{
    struct moving moving = {.slot = slot, .path = path};
    own_stack_run(move, &moving);
    return moving.done;
}

static bool map_node(void)
{
    shim_lock();
    bool mapped = ledger_node && ledger_node_map();
    shim_unlock();
    return mapped;
}

static bool begin_drawing(void)
{
    return !ledger_node || ledger_word_try(&ledger_node->drawing);
}

static void end_drawing(void)
{
    if (ledger_node)
        ledger_word_release(&ledger_node->drawing);
}

/* ---- the end ---- */

static void note_written(void)
{
    shim_lock();
    summaries_given();
    shim_unlock();
}

static void put_advice(void *why)
{
    summaries_advise(why);
}

static void advise(const char *why)
{
    own_stack_run(put_advice, (void *)(uintptr_t)why);
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
                                                                                    .is_written = note_written,
                                                                                    .advise = advise,
                                                                                    .end = end,
                                                                                    .joined = joined,
                                                                                    .make_node = make_node,
                                                                                    .move_to_node = move_to_node,
                                                                                    .join = account_join,
                                                                                    .map_node = map_node,
                                                                                    .join_node = account_join_node,
                                                                                    .draws = share_draws,
                                                                                    .begin_drawing = begin_drawing,
                                                                                    .end_drawing = end_drawing,
                                                                                    .add = share_add,
                                                                                    .left = share_left,
                                                                                    .release = account_release,
                                                                                    .leave_job = share_end,
                                                                                    .is_unhandled = is_unhandled};
