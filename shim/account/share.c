/* A share of a job's account (share.h). */
#include "share.h"
#include "lock.h"
#include "own_stack.h"
#include <stddef.h>

struct share job_share;

void share_begin(const struct share_hooks *hooks, wide limit, wide given)
{
    job_share = (struct share){.hooks = hooks, .elsewhere = wide_less(limit, given)};
}

void share_add(wide flops)
{
    shim_lock();
    job_share.elsewhere -= flops < job_share.elsewhere ? flops : job_share.elsewhere;
    job_share.left = 0;
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
