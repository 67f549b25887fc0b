/* The table of plans (plans.h): open addressing, in which a place that was taken once is never empty again, so that a reader
 * who meets an empty one may stop. A key's place is among the PROBES behind its hash. */
#include "plans.h"
#include "cost.h"
#include "ledger_kept.h"
#include "resolve.h"
#include <dlfcn.h>
#include <limits.h>
#include <string.h>

#define PLANS ((size_t)1 << 15) /* a power of two */
#define PROBES 64

static struct plan plans[PLANS];
static const void *const gone = (const void *)1, *const taken = (const void *)2;

/* The i-th place of a key. Addresses differ in their middle bits. */
static struct plan *place(const void *key, size_t i)
{
    uint64_t h = ((uintptr_t)key >> 4) * 0x9e3779b97f4a7c15u;
    return &plans[((h >> 40) + i) % PLANS];
}

static const void *key_of(const struct plan *p)
{
    return __atomic_load_n(&p->key, __ATOMIC_ACQUIRE);
}

static struct plan *find(const void *key)
{
    for (size_t i = 0; i < PROBES && key; i++) {
        struct plan *p = place(key, i);
        const void *there = key_of(p);
        if (there == key)
            return p;
        if (!there)
            return NULL;
    }
    return NULL;
}

const struct plan *plans_find(const void *key)
{
    return find(key);
}

static bool take(struct plan *p, const void *from)
{
    return __atomic_compare_exchange_n(&p->key, &from, taken, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

/* The place of a plan whose end was not seen and whose address is another's now; else a free one; else NULL. */
static struct plan *take_place(const void *key)
{
    struct plan *known = find(key);
    if (known && take(known, key))
        return known;
    for (size_t i = 0; i < PROBES; i++)
        if (take(place(key, i), gone) || take(place(key, i), NULL))
            return place(key, i);
    return NULL;
}

void plans_fill(struct plan *plan, unsigned index, const int64_t *arg, size_t count)
{
    *plan = (struct plan){.routine = cost_routines[index].id, .is_counted = true};
    memcpy(plan->arg, arg, count * sizeof *arg);
    for (int convention = COST_OPS; convention <= COST_FMA; convention++)
        plan->cost[convention] = cost_price(index, arg, (enum cost_convention)convention);
}

void plans_put(const void *key, const struct plan *plan)
{
    struct plan *p = take_place(key);
    if (!p)
        return;
    memcpy((char *)p + sizeof p->key, (const char *)plan + sizeof p->key, sizeof *p - sizeof p->key);
    __atomic_store_n(&p->key, key, __ATOMIC_RELEASE);
}

void plans_note(const void *key, unsigned index, const int64_t *arg, size_t count)
{
    struct plan plan;
    plans_fill(&plan, index, arg, count);
    plans_put(key, &plan);
}

/* Two threads may have noted it in two places. */
void plans_forget(const void *key)
{
    for (struct plan *p = find(key); p; p = find(key))
        __atomic_store_n(&p->key, gone, __ATOMIC_RELEASE);
}

uint64_t plans_unseen(const void *key)
{
    static unsigned said;
    if (key)
        kept_uncovered_once(&said, "plans that were executed, and made where the shim did not see it");
    return 0;
}

int64_t plans_ranks(void *communicator)
{
    int (*size)(void *, int *) = NULL;
    int ranks = 1;
    *(void **)&size = forward_lookup(RTLD_DEFAULT, "PMPI_Comm_size");
    if (size)
        size(communicator, &ranks);
    return ranks;
}

int64_t plans_times(int64_t a, int64_t b)
{
    int64_t product;
    return __builtin_mul_overflow(a, b, &product) ? INT64_MAX : product;
}

int64_t plans_product(const void *lengths, int64_t rank, size_t step, bool wide)
{
    int64_t product = rank < 0 || rank == INT_MAX ? 0 : 1;
    for (int64_t i = 0; i < rank && product; i++) {
        const void *length = (const char *)lengths + (size_t)i * step;
        product = plans_times(product, wide ? *(const int64_t *)length : *(const int32_t *)length);
    }
    return product;
}
