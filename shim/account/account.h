/* Accounts: limits, what threads may take of them without asking, and the way back. */
#pragma once
#include "thread.h"

/* After the ledger is open: the account of the process, or of the tree, where there is a limit. is_root: it is made. */
void account_open_process(bool is_root);
wide account_tree_limit(void);
struct ledger_account *account_process(void); /* NULL: no limit */
/* Is anything limited: the process, its tree, or a context of the process's, open or not? With a ledger, under shim_lock. */
bool account_is_limited(void);

/* Charge `cost` where the thread's grant was too small: returns its grant, calls others' back, draws anew. False: it
 * does not fit; *remaining and *account (the one that refused) say why, and nothing was charged. most: so much beyond `cost`
 * is drawn. Where nothing has a limit, that is what it gets. Takes shim_lock. */
bool account_draw(struct thread *t, uint64_t cost, uint64_t most, wide *remaining, struct ledger_account **account);

/* Is that enough of it? */
bool account_covers(const struct ledger_account *account, wide left, uint64_t cost);

/* Give a thread's grant back. Under shim_lock, by its owner or when it has none. */
void account_give_back(struct thread *t);
/* The same where shim_lock is not held, by its owner. */
void account_return(struct thread *t);
/* As account_give_back(), and the thread is charged to no account any more. */
void account_leave(struct thread *t);
/* The account becomes a share of a job's (share.h). Returns what the process has spent of it. Takes shim_lock, */
struct share_hooks;
wide account_join(const struct share_hooks *hooks);
/* so does this, when all ranks of the node have: what they hold is the node's together (share_join); */
void account_join_node(void);
/* and so does this: what no thread of the process, or node, has used of its share of a job's account is not its any more:
 * returned. */
wide account_release(void);
/* All grants of the process go back to its tree: it ends. What its threads still do draws anew. */
void account_close(void);

/* What the thread was charged a moment ago is not used after all. Takes shim_lock. */
void account_refund(struct thread *t, uint64_t flops);

/* Charge a cost that does not fit: it ran all the same. Takes shim_lock. */
void account_overrun(struct thread *t, uint64_t cost);

/* limit - used, read while threads may be using it. Under shim_lock. */
wide account_remaining(struct ledger_account *account);
