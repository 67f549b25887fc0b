/* A share of a job's account (share.h). */
#include "share.h"
#include "ledger_lock.h"
#include "ledger_node_file.h"
#include "lock.h"
#include "own_stack.h"
#include <stddef.h>

struct share job_share;

static struct node_header *node; /* NULL: the share is the process's own */

void share_begin(const struct share_hooks *hooks, wide limit, wide given)
{
    job_share = (struct share){.hooks = hooks, .own_elsewhere = wide_less(limit, given)};
}

wide share_elsewhere(void)
{
    return node ? (wide)node->elsewhere_high << 64 | node->elsewhere : job_share.own_elsewhere;
}

static void store(uint64_t *half, uint64_t value)
{
    __atomic_store_n(half, value, __ATOMIC_RELEASE);
}

/* Up from above, and down from below: in between there is more of it than there is to be, or was. */
static void set_elsewhere(wide flops)
{
    job_share.own_elsewhere = flops;
    if (!node)
        return;
    if (flops >> 64 > node->elsewhere_high)
        store(&node->elsewhere_high, (uint64_t)(flops >> 64));
    store(&node->elsewhere, (uint64_t)flops);
    store(&node->elsewhere_high, (uint64_t)(flops >> 64));
}

void share_join(wide given)
{
    node = ledger_node;
    set_elsewhere(wide_less(share_elsewhere(), given));
}

void share_give_back(wide flops)
{
    set_elsewhere(share_elsewhere() + flops);
}

uint64_t share_draws(void)
{
    return node ? __atomic_load_n(&node->draws, __ATOMIC_RELAXED) : 0;
}

void share_add(wide flops)
{
    shim_lock();
    ledger_lock();
    set_elsewhere(wide_less(share_elsewhere(), flops));
    job_share.left = 0;
    if (node)
        __atomic_add_fetch(&node->draws, 1, __ATOMIC_RELAXED);
    ledger_unlock();
    shim_unlock();
}

void share_left(wide left)
{
    shim_lock();
    job_share.left = left;
    shim_unlock();
}

void share_end(wide flops)
{
    share_add(flops);
    job_share.hooks = NULL;
}

struct asked {
    uint64_t need, draws;
    bool given;
};

static void ask(void *data)
{
    struct asked *asked = data;
    const struct share_hooks *hooks = job_share.hooks;
    asked->given = hooks && hooks->draw(asked->need, asked->draws);
}

bool share_draw(uint64_t need, uint64_t draws)
{
    struct asked asked = {.need = need, .draws = draws};
    own_stack_run(ask, &asked);
    return asked.given;
}

void share_leave(int status)
{
    if (job_share.hooks)
        job_share.hooks->leave(status);
}

void share_forget(void)
{
    job_share = (struct share){0};
    node = NULL;
}
