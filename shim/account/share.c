/* A share of a job's account (share.h). */
#include "share.h"
#include "lock.h"
#include "own_stack.h"
#include <stddef.h>

struct share job_share;

void share_begin(const struct share_hooks *hooks, uint64_t limit, uint64_t given)
{
    job_share = (struct share){.hooks = hooks, .elsewhere = given < limit ? limit - given : 0};
}

void share_add(uint64_t flops)
{
    shim_lock();
    job_share.elsewhere -= flops < job_share.elsewhere ? flops : job_share.elsewhere;
    job_share.left = 0;
    shim_unlock();
}

void share_left(uint64_t left)
{
    shim_lock();
    job_share.left = left;
    shim_unlock();
}

void share_end(uint64_t flops)
{
    share_add(flops);
    job_share.hooks = NULL;
}

struct asked {
    uint64_t need;
    bool given;
};

static void ask(void *data)
{
    struct asked *asked = data;
    const struct share_hooks *hooks = job_share.hooks;
    asked->given = hooks && hooks->draw(asked->need);
}

bool share_draw(uint64_t need)
{
    struct asked asked = {.need = need};
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
}
