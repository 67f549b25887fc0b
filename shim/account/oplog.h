/* The op log: the newest calls of a thread's context, one record each, in private memory of the thread's own. Only the owner
 * writes and reads it, so there is no lock. `t->log` is NULL where nothing is logged; else every call of the thread takes its
 * slow body, which hands its dimensions to the charge. */
#pragma once
#include <stdint.h>

struct thread;

/* A call that was charged (t->cost), or a deduction by name. shape: cost_dims() says the places in it. `t->log` is not NULL. */
void oplog_call(struct thread *t, uint32_t routine, const int64_t *shape);
void oplog_deduct(struct thread *t, uint32_t name, uint64_t cost);
/* The call in progress costs nothing after all. */
void oplog_refund(struct thread *t);
/* The context is closed: no more is logged. Under shim_lock. */
void oplog_end(struct thread *t);
/* The thread ends: what it logged goes. */
void oplog_free(struct thread *t);
