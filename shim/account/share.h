/* The first account as a share of a job's, which lies elsewhere (shim/mpi): of the limit this process may use what it was
 * given, and gives back what nobody here has used. Nothing of it is on the way of a call: whoever runs short asks here last.
 * Where the ranks of a node have one ledger, the share is the node's: what it does not hold is a number there, changed under
 * ledger_lock so that after any one store it is at least what it was, or is to be: who is killed over it takes FLOPs with him,
 * and none is there twice. */
#pragma once
#include "wide.h"
#include <stdbool.h>

struct share_hooks {
    /* Get at least `need` FLOPs (share_add), but where others of the node got some since they had `draws`. May wait for other
     * processes; no lock is held. False: they are not to be had, and share_left says how many are. */
    bool (*draw)(uint64_t need, uint64_t draws);
    /* End all processes of the job with this status. May return. */
    void (*leave)(int status);
};

struct share {
    const struct share_hooks *hooks; /* NULL: the process has the account for itself */
    wide own_elsewhere;              /* of the limit: not given to this process, where it has a share of its own; and */
    wide left;                       /* what the job had left when it gave nothing: under shim_lock */
};
extern struct share job_share;

/* From here on only `given` of the limit are this process's. Under shim_lock. */
void share_begin(const struct share_hooks *hooks, wide limit, wide given);
/* They are the node's, as are those of the other ranks that do this. Under shim_lock and, for that, ledger_lock. */
void share_join(wide given);
/* Not given to this process, or node. Under both locks. */
wide share_elsewhere(void);
void share_give_back(wide flops);
/* How often the node was given some. */
uint64_t share_draws(void);
/* So much more is. Takes shim_lock, as do the next two. */
void share_add(wide flops);
void share_left(wide left);
/* The job is over: so much more is this process's, and nobody is asked any more. */
void share_end(wide flops);

/* Ask the job; on a stack of the shim's own. */
bool share_draw(uint64_t need, uint64_t draws);
/* Returns where the process is in no job. */
void share_leave(int status);

void share_forget(void); /* in a fork child */
