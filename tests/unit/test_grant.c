/* Grants that spend more than 2^64: the sums that ledger_grant_sum reads are looked at after every single store of grant.c, as
 * if the owner had died there. */
#include "ledger_read.h"
#include <criterion/criterion.h>

static struct ledger_grant grant;
static wide low, high;    /* what was spent lies between, */
static wide most_allowed; /* and no more was allowed */
static unsigned stores;

static void observe(uint64_t *number, uint64_t value, int order)
{
    (void)order;
    *number = value;
    wide spent = ledger_grant_sum(&grant, false), allowed = ledger_grant_sum(&grant, true);
    cr_assert(spent >= low && spent <= high, "store %u: spent", stores);
    cr_assert(allowed >= spent && allowed <= most_allowed, "store %u: allowed", stores);
    stores++;
}

#define __atomic_store_n observe
#include "grant.c"
#undef __atomic_store_n

static void spend(uint64_t cost, uint64_t share)
{
    low = ledger_grant_sum(&grant, false);
    high = low + cost;
    most_allowed = high + share > ledger_grant_sum(&grant, true) ? high + share : ledger_grant_sum(&grant, true);
    grant_spend(&grant, cost, share);
    cr_assert(ledger_grant_sum(&grant, false) == high, "spent");
    cr_assert(ledger_grant_sum(&grant, true) <= high + share && ledger_grant_sum(&grant, true) >= high, "allowed");
}

static void refund(uint64_t flops)
{
    high = ledger_grant_sum(&grant, false);
    low = high - flops;
    most_allowed = ledger_grant_sum(&grant, true);
    grant_refund(&grant, flops);
    cr_assert(ledger_grant_sum(&grant, false) == low, "refunded");
}

static uint64_t some(uint64_t *random)
{
    static const uint64_t edges[] = {0, 1, LEDGER_CARRY - 1, LEDGER_CARRY, LEDGER_CARRY + 1, UINT64_MAX - 1, UINT64_MAX};
    *random ^= *random << 13, *random ^= *random >> 7, *random ^= *random << 17;
    return *random % 3 ? *random >> *random % 64 : edges[*random / 3 % (sizeof edges / sizeof *edges)];
}

Test(grant, every_store_leaves_the_sums_right)
{
    uint64_t random = 88172645463325252;
    for (int i = 0; i < 200000; i++) {
        uint64_t cost = some(&random), share = some(&random);
        wide before = ledger_grant_sum(&grant, false);
        if (i % 1000 == 0)
            grant = (struct ledger_grant){0};
        spend(cost, share);
        if (share % 4 == 0)
            refund(cost);
        cr_assert(i % 1000 == 0 || share % 4 != 0 || ledger_grant_sum(&grant, false) == before, "as before");
        while (share % 5 == 0 && !grant.recalled && grant_take(&grant, 1) && some(&random) % 8)
            ;
    }
    cr_expect(stores > 400000);
}

Test(grant, is_used_up_to_the_last_and_no_further)
{
    grant = (struct ledger_grant){0};
    spend(UINT64_MAX, 3);
    cr_expect(grant_take(&grant, 3) && !grant_take(&grant, 1) && ledger_grant_unused(&grant) == 0);
    spend(UINT64_MAX, UINT64_MAX);
    uint64_t unused = ledger_grant_unused(&grant);
    cr_expect(unused >= LEDGER_CARRY - 3, "what a word has room for");
    cr_expect(grant_take(&grant, unused) && !grant_take(&grant, 1) && grant_take(&grant, 0));
    cr_expect(ledger_grant_sum(&grant, false) == 2 * (wide)UINT64_MAX + 3 + unused);
    low = high = most_allowed = ledger_grant_sum(&grant, false);
    grant_collect(&grant);
    cr_expect(ledger_grant_sum(&grant, true) == ledger_grant_sum(&grant, false));
}
