/* The first account as a share of a job's, which lies elsewhere (shim/mpi): of the limit this process may use what it was
 * given, and gives back what nobody here has used. Nothing of it is on the way of a call: whoever runs short asks here last. */
#pragma once
#include "wide.h"
#include <stdbool.h>

struct share_hooks {
    /* Get at least `need` FLOPs (share_add). May wait for other processes; no lock is held. False: they are not to be had, and
     * share_left says how many are. */
    bool (*draw)(uint64_t need);
    /* End all processes of the job with this status. May return. */
    void (*leave)(int status);
};

struct share {
    const struct share_hooks *hooks; /* NULL: the process has the account for itself */
    wide elsewhere;                  /* of the limit: not given to this process. Under shim_lock, and so is */
    wide left;                       /* what the job had left when it gave nothing */
};
extern struct share job_share;

/* From here on only `given` of the limit are this process's. Under shim_lock. */
void share_begin(const struct share_hooks *hooks, wide limit, wide given);
/* So much more is. Takes shim_lock, as do the next two. */
void share_add(wide flops);
void share_left(wide left);
/* The job is over: so much more is this process's, and nobody is asked any more. */
void share_end(wide flops);

/* Ask the job; on a stack of the shim's own. */
bool share_draw(uint64_t need);
/* Returns where the process is in no job. */
void share_leave(int status);

void share_forget(void); /* in a fork child */
