/* The start (start.h): at load, or at a first call that comes before it. */
#include "start.h"
#include "barrier.h"
#include "config.h"
#include "fork.h"
#include "job_check.h"
#include "ledger_self.h"
#include "origin.h"
#include "parts.h"
#include "resolve.h"
#include "tree.h"
#include <stdatomic.h>
#include <stdlib.h>

enum state { NEW, STARTING, READY, DISABLED };

static _Atomic enum state state;

bool start_shim(void)
{
    enum state seen = NEW;
    if (state == READY)
        return true;
    if (!atomic_compare_exchange_strong(&state, &seen, STARTING))
        return seen == READY;
    config_read();
    if (config.disabled) {
        forward_hide();
        state = DISABLED;
        return false;
    }
    self_begins();
    barrier_register();
    origin_note();
    fork_watch();
    forward_start();
    forward_note_start();
    parts.started();
    job_check();
    if (config.tree || getenv("FLOP_TREE"))
        tree_enter();
    state = READY;
    return true;
}

bool start_is_done(void)
{
    return state == READY;
}

bool start_is_disabled(void)
{
    return state == DISABLED;
}
