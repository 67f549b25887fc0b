/* Changing a grant (grant.h). Every store leaves the sums right, so that the owner may die after any (ledger.h says how). */
#include "grant.h"

static uint64_t load(const uint64_t *number)
{
    return __atomic_load_n(number, __ATOMIC_RELAXED);
}

static void store(uint64_t *number, uint64_t value)
{
    __atomic_store_n(number, value, __ATOMIC_RELEASE);
}

void grant_collect(struct ledger_grant *g)
{
    store(&g->allowed_flops, load(&g->spent_flops));
}

/* Nothing is unused, so both words are the same. `by`: LEDGER_CARRY off both, or onto both. */
static void carry(struct ledger_grant *g, uint64_t by, uint64_t half_step)
{
    uint64_t spent = load(&g->spent_flops) + by;
    store(&g->carries, load(&g->carries) + half_step);
    store(&g->allowed_flops, spent);
    store(&g->spent_flops, spent);
    store(&g->carries, load(&g->carries) + half_step);
}

/* cost: at most LEDGER_CARRY, and spent_flops is below that, so that nothing wraps. */
static void raise(struct ledger_grant *g, uint64_t cost, uint64_t share)
{
    uint64_t spent = load(&g->spent_flops) + cost, allowed;
    store(&g->allowed_flops, __builtin_add_overflow(spent, share, &allowed) ? UINT64_MAX : allowed);
    store(&g->spent_flops, spent);
}

static void make_room(struct ledger_grant *g)
{
    grant_collect(g);
    if (load(&g->spent_flops) >= LEDGER_CARRY)
        carry(g, -LEDGER_CARRY, 1);
}

void grant_spend(struct ledger_grant *g, uint64_t cost, uint64_t share)
{
    if (load(&g->spent_flops) >= LEDGER_CARRY || cost > LEDGER_CARRY)
        make_room(g);
    if (cost > LEDGER_CARRY) {
        raise(g, LEDGER_CARRY, 0);
        make_room(g);
        cost -= LEDGER_CARRY;
    }
    raise(g, cost, share);
}

void grant_refund(struct ledger_grant *g, uint64_t flops)
{
    uint64_t spent = load(&g->spent_flops);
    if (spent < flops) {
        grant_collect(g);
        if (flops >= LEDGER_CARRY && load(&g->carries)) {
            store(&g->carries, load(&g->carries) - 2);
            flops -= LEDGER_CARRY;
        }
        if (spent < flops && load(&g->carries))
            carry(g, LEDGER_CARRY, (uint64_t)-1);
        spent = load(&g->spent_flops);
    }
    store(&g->spent_flops, spent > flops ? spent - flops : 0);
}
