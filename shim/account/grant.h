/* Grants: what a thread may use of its accounts without asking. */
#pragma once
#include "ledger.h"
#include "local.h"
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* What is unused is so no more. Under the locks of the account (account.c), and so is what follows, by the owner. */
void grant_collect(struct ledger_grant *g);
/* Spend a cost whatever was allowed, and have `share` beyond it, or as much of that as a word has room for. */
void grant_spend(struct ledger_grant *g, uint64_t cost, uint64_t share);
/* Of what was spent so much was not. */
void grant_refund(struct ledger_grant *g, uint64_t flops);

/* The owner's side of a grant: plain loads and stores. Whoever calls it back sets `recalled`, makes a barrier on every
 * processor (membarrier), and waits for `inside` to be 0: after that the owner has either finished or seen the recall. The
 * fences only hold the compiler back; ThreadSanitizer knows nothing of membarrier. */
__attribute__((no_sanitize("thread"))) static inline bool grant_take(struct ledger_grant *g, uint64_t cost)
{
    g->inside = 1;
    atomic_signal_fence(memory_order_seq_cst);
    uint64_t spent;
    bool fits = __builtin_expect(!g->recalled, 1) && !__builtin_add_overflow(g->spent_flops, cost, &spent) &&
                __builtin_expect(spent <= g->allowed_flops, 1);
    if (fits)
        local_add(&g->spent_flops, cost);
    atomic_signal_fence(memory_order_seq_cst);
    g->inside = 0;
    return fits;
}
