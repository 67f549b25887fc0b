/* Accounts: limits, what threads may take of them without asking, and the way back.
 *
 * Exact under threads and processes: all that threads were allowed together never exceeds the limit, a thread only uses
 * what it was allowed, and before a call is refused every other grant on the same account has been called back. What is
 * left of the first account is not stored anywhere but summed up from the grants, so that a process may die after any store
 * and leaves the sum right. The owner's side of a grant is plain stores (grant.h); the price lies here, with
 * whoever runs short. Everything is under shim_lock; what concerns the first account, under ledger_lock as well. */
#include "account.h"
#include "barrier.h"
#include "config.h"
#include "cost.h"
#include "grant.h"
#include "ledger_append.h"
#include "ledger_file.h"
#include "ledger_lock.h"
#include "ledger_read.h"
#include "ledger_self.h"
#include "ledger_walk.h"
#include "lock.h"
#include "others.h"
#include "share.h"
#include "time_limit.h"
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

_Static_assert(CONFIG_UNLIMITED == LEDGER_UNLIMITED, "a budget becomes the limit of an account as it is");

static struct ledger_account *first_account;
static uint64_t first_limit;          /* of it, as it was when this process opened it */
static bool fence_asked, fence_works; /* membarrier works: threads may hold grants */

struct ledger_account *account_process(void)
{
    return first_account;
}

/* Asked at the first draw, of a context or of the process, and again in a fork child. */
static bool can_fence(void)
{
    if (!fence_asked)
        fence_works = barrier_register() && (ledger->scope != LEDGER_SCOPE_TREE || barrier_register_everywhere());
    fence_asked = true;
    return fence_works;
}

/* The limit of a tree is that which its first process was given. */
static struct ledger_account *find_first(void)
{
    struct ledger_view view = ledger_view();
    struct ledger_cursor cursor = {.view = &view, .kind = LEDGER_ACCOUNTS};
    struct ledger_account *a = (struct ledger_account *)(uintptr_t)ledger_next_record(&cursor);
    return !a || a->is_context || a->limit_flops == LEDGER_UNLIMITED ? NULL : a;
}

uint64_t account_tree_limit(void)
{
    struct ledger_account *account = ledger ? find_first() : NULL;
    return account ? account->limit_flops : LEDGER_UNLIMITED;
}

void account_open_process(bool is_root)
{
    struct ledger_account account = {
        .limit_flops = config.limit_flops, .namespace_ = ledger_intern(config.namespace_), .open = 1};
    fence_asked = false;
    others_forget();
    share_forget();
    if (is_root && config.limit_flops != LEDGER_UNLIMITED)
        ledger_add(LEDGER_ACCOUNTS, &account, sizeof account);
    first_account = find_first();
    first_limit = first_account ? first_account->limit_flops : LEDGER_UNLIMITED;
}

bool account_is_limited(void)
{
    struct ledger_view view = ledger_view();
    struct ledger_cursor cursor = {.view = &view, .kind = LEDGER_ACCOUNTS, .of_one = true, .process = ledger_process};
    const struct ledger_account *a;
    while (!first_account && (a = ledger_next_record(&cursor)) != NULL)
        if (a->limit_flops != LEDGER_UNLIMITED)
            return true;
    return first_account;
}

/* ---- sums ---- */

static uint64_t load(const uint64_t *number)
{
    return __atomic_load_n(number, __ATOMIC_RELAXED);
}

static void store(uint64_t *number, uint64_t value)
{
    __atomic_store_n(number, value, __ATOMIC_RELAXED);
}

static uint64_t less(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

static uint64_t unused(const struct ledger_grant *g)
{
    return less(load(&g->allowed_flops), load(&g->spent_flops));
}

/* What was allowed of an account to this process's threads, or what they have spent of it. */
static uint64_t taken_here(const struct ledger_account *account, bool allowed)
{
    uint64_t sum = account->is_context ? cost_sum(account->prior_flops, account->spent_flops) : thread_resting_flops();
    for (struct thread *t = thread_owned; t; t = t->next_owned) {
        uint64_t taken = load(allowed ? &t->own_grant->allowed_flops : &t->own_grant->spent_flops);
        if (!account->is_context)
            sum = cost_sum(sum, taken);
        else if (t->chain.context == account)
            sum = cost_sum(sum, less(taken, t->context_from));
    }
    return sum;
}

static uint64_t available(const struct ledger_account *account)
{
    uint64_t taken = taken_here(account, true);
    if (!account->is_context)
        taken = cost_sum(cost_sum(taken, job_share.elsewhere), others_taken(true));
    return less(account->limit_flops, taken);
}

uint64_t account_remaining(struct ledger_account *account)
{
    uint64_t taken = taken_here(account, false);
    if (!account->is_context)
        taken = cost_sum(cost_sum(taken, less(job_share.elsewhere, job_share.left)), others_taken(false));
    return less(account->limit_flops, taken);
}

/* The account of the chain that has least left. */
static struct ledger_account *tightest(const struct account_chain *chain)
{
    if (!chain->process || (chain->context && available(chain->context) <= available(chain->process)))
        return chain->context;
    return chain->process;
}

/* ---- calling back ---- */

static bool shares(const struct thread *a, const struct account_chain *chain)
{
    return (chain->context && a->chain.context == chain->context) || (chain->process && a->chain.process);
}

void account_give_back(struct thread *t)
{
    store(&t->own_grant->allowed_flops, load(&t->own_grant->spent_flops));
}

static void recall(struct ledger_grant *g)
{
    __atomic_store_n(&g->recalled, 1, __ATOMIC_RELAXED);
}

/* A barrier on every processor that runs a holder. */
static void fence(bool also_others)
{
    barrier_here();
    if (also_others)
        barrier_everywhere();
}

static void collect(struct ledger_grant *g)
{
    store(&g->allowed_flops, load(&g->spent_flops));
    __atomic_store_n(&g->recalled, 0, __ATOMIC_RELEASE);
}

/* Take the grants of all other threads on these accounts, in this process and in others. Where what they show cannot make
 * up `needed`, nothing is called back: between draws, which need the locks that we hold, a grant only shrinks. */
static void call_back(const struct thread *self, const struct account_chain *chain, uint64_t needed)
{
    uint64_t here = 0, elsewhere = 0;
    for (struct thread *t = thread_owned; t; t = t->next_owned)
        if (t != self && shares(t, chain))
            here = cost_sum(here, unused(t->own_grant));
    if (chain->process)
        elsewhere = others_each(NULL);
    if ((!here && !elsewhere) || cost_sum(here, elsewhere) < needed)
        return;
    for (struct thread *t = thread_owned; t; t = t->next_owned)
        if (t != self && shares(t, chain))
            recall(t->own_grant);
    if (elsewhere)
        others_each(recall);
    fence(elsewhere);
    for (struct thread *t = thread_owned; t; t = t->next_owned) {
        if (t == self || !shares(t, chain))
            continue;
        while (__atomic_load_n(&t->own_grant->inside, __ATOMIC_ACQUIRE) && thread_lives(t))
            sched_yield();
        collect(t->own_grant);
    }
    if (elsewhere) {
        others_wait();
        others_each(collect);
    }
}

/* ---- drawing ---- */

/* A thread alone gets everything; several get a share each, so that all together always stay able to call back. */
static uint64_t spare_share(const struct account_chain *chain, uint64_t left)
{
    if (!can_fence())
        return 0;
    uint64_t threads = thread_live + (chain->process ? others_threads() : 0);
    return threads <= 1 ? left : left / (2 * threads);
}

/* Find `cost` in all accounts of the thread, where it fits. */
static bool draw(struct thread *t, uint64_t cost, uint64_t most)
{
    account_give_back(t);
    t->own_grant->recalled = 0; /* by somebody who died since */
    uint64_t left = available(tightest(&t->chain));
    if (left < cost) {
        call_back(t, &t->chain, cost - left);
        left = available(tightest(&t->chain));
    }
    if (left < cost && t->chain.process && others_settle_dead())
        left = available(tightest(&t->chain));
    if (left < cost)
        return false;
    uint64_t spent = load(&t->own_grant->spent_flops);
    uint64_t share = spare_share(&t->chain, left - cost);
    store(&t->own_grant->allowed_flops, cost_sum(spent + cost, share < most ? share : most));
    store(&t->own_grant->spent_flops, spent + cost);
    return true;
}

static void lock(void)
{
    shim_lock();
    ledger_lock();
}

static void unlock(void)
{
    ledger_unlock();
    shim_unlock();
}

/* As tightest(), of accounts on which other threads hold grants that do not suffice. */
static struct ledger_account *scarcest(const struct account_chain *chain)
{
    if (!chain->process || (chain->context && account_remaining(chain->context) <= account_remaining(chain->process)))
        return chain->context;
    return chain->process;
}

/* Of no account: only its time is limited. Nobody calls it back. */
static void draw_freely(struct thread *t, uint64_t cost, uint64_t most)
{
    uint64_t spent = cost_sum(load(&t->own_grant->spent_flops), cost);
    store(&t->own_grant->allowed_flops, cost_sum(spent, most));
    store(&t->own_grant->spent_flops, spent);
}

/* So many more FLOPs of its job would let the call fit; 0: they would not, or there is no job. Its context does not refuse it.
 */
static uint64_t missing_of_share(const struct account_chain *chain, uint64_t cost)
{
    if (!job_share.hooks || !chain->process || (chain->context && available(chain->context) < cost))
        return 0;
    return less(cost, available(chain->process));
}

static void say_remaining(const struct thread *t, bool fits, uint64_t *remaining, struct ledger_account **account)
{
    if (fits)
        return;
    *account = scarcest(&t->chain);
    *remaining = account_remaining(*account);
}

bool account_draw(struct thread *t, uint64_t cost, uint64_t most, uint64_t *remaining, struct ledger_account **account)
{
    if (!t->chain.context && !t->chain.process) {
        draw_freely(t, cost, most);
        return true;
    }
    bool fits, given;
    uint64_t missing;
    do {
        lock();
        fits = draw(t, cost, most);
        missing = fits ? 0 : missing_of_share(&t->chain, cost);
        say_remaining(t, fits, remaining, account);
        unlock();
        given = missing && share_draw(missing);
    } while (given);
    if (missing) {
        lock();
        say_remaining(t, false, remaining, account);
        unlock();
    }
    return fits;
}

uint64_t account_join(const struct share_hooks *hooks)
{
    const struct account_chain all = {.process = first_account};
    if (!first_account)
        return 0;
    lock();
    call_back(NULL, &all, 1);
    uint64_t spent = taken_here(first_account, false);
    share_begin(hooks, first_account->limit_flops, spent);
    unlock();
    return spent;
}

uint64_t account_release(void)
{
    const struct account_chain all = {.process = first_account};
    if (!first_account)
        return 0;
    lock();
    call_back(NULL, &all, 1);
    uint64_t unused = available(first_account);
    job_share.elsewhere = cost_sum(job_share.elsewhere, unused);
    unlock();
    return unused;
}

void account_return(struct thread *t)
{
    lock();
    account_give_back(t);
    unlock();
}

/* The owner's change, seen by whoever sums up: under the locks. */
void account_refund(struct thread *t, uint64_t flops)
{
    if (!t->grant)
        return;
    lock();
    store(&t->own_grant->spent_flops, less(load(&t->own_grant->spent_flops), flops));
    if (time_limit_is_set(t))
        account_give_back(t); /* it was drawn for one call, not for many */
    unlock();
}

void account_overrun(struct thread *t, uint64_t cost)
{
    lock();
    account_give_back(t);
    call_back(t, &t->chain, 1);
    uint64_t spent = cost_sum(load(&t->own_grant->spent_flops), cost);
    store(&t->own_grant->allowed_flops, spent);
    store(&t->own_grant->spent_flops, spent);
    unlock();
}

void account_leave(struct thread *t)
{
    account_give_back(t);
    uint64_t spent = load(&t->own_grant->spent_flops);
    if (t->chain.context)
        t->chain.context->spent_flops = cost_sum(t->chain.context->spent_flops, less(spent, t->context_from));
    t->context_from = spent;
    t->chain = (struct account_chain){0};
}

void account_close(void)
{
    if (first_account && first_account->limit_flops != first_limit)
        self_incomplete(LEDGER_DOUBTFUL);
    if (!ledger || ledger->scope != LEDGER_SCOPE_TREE || !first_account || !ledger_lock())
        return;
    struct account_chain all = {.process = first_account};
    for (struct thread *t = thread_owned; t; t = t->next_owned)
        if (t->chain.process)
            recall(t->own_grant);
    fence(false);
    for (struct thread *t = thread_owned; t; t = t->next_owned)
        if (shares(t, &all) && (!t->own_grant->inside || !thread_lives(t) || call_self == t))
            collect(t->own_grant);
    ledger_unlock();
}
