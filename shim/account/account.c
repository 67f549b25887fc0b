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
#include "ledger_node_file.h"
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

static struct ledger_account *first_account;
static wide first_limit;              /* of it, as it was when this process opened it */
static bool fence_asked, fence_works; /* membarrier works: threads may hold grants */

struct ledger_account *account_process(void)
{
    return first_account;
}

/* Asked at the first draw, of a context or of the process, and again in a fork child. */
static bool can_fence(void)
{
    if (!fence_asked)
        fence_works = barrier_register() && (!others_are_there() || barrier_register_everywhere());
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

wide account_tree_limit(void)
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

/* What was allowed of an account to this process's threads, or what they have spent of it. */
static wide taken_here(const struct ledger_account *account, bool allowed)
{
    wide sum = account->is_context ? wide_sum(account->prior_flops, account->spent_flops) : thread_resting_flops();
    for (struct thread *t = thread_owned; t; t = t->next_owned) {
        wide taken = ledger_grant_sum(t->own_grant, allowed);
        if (!account->is_context)
            sum = wide_sum(sum, taken);
        else if (t->chain.context == account)
            sum = wide_sum(sum, wide_less(taken, t->context_from));
    }
    return sum;
}

static wide available(const struct ledger_account *account)
{
    wide taken = taken_here(account, true);
    if (!account->is_context)
        taken = wide_sum(wide_sum(taken, share_elsewhere()), others_taken(true));
    return wide_less(account->limit_flops, taken);
}

wide account_remaining(struct ledger_account *account)
{
    wide taken = taken_here(account, false);
    if (!account->is_context)
        taken = wide_sum(wide_sum(taken, wide_less(share_elsewhere(), job_share.left)), others_taken(false));
    return wide_less(account->limit_flops, taken);
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
    grant_collect(t->own_grant);
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
    grant_collect(g);
    __atomic_store_n(&g->recalled, 0, __ATOMIC_RELEASE);
}

/* Take the grants of all other threads on these accounts, in this process and in others. Where what they show cannot make
 * up `needed`, nothing is called back: between draws, which need the locks that we hold, a grant only shrinks. */
static void call_back(const struct thread *self, const struct account_chain *chain, wide needed)
{
    wide here = 0, elsewhere = 0;
    for (struct thread *t = thread_owned; t; t = t->next_owned)
        if (t != self && shares(t, chain))
            here += ledger_grant_unused(t->own_grant);
    if (chain->process) {
        others_look();
        elsewhere = others_each(NULL);
    }
    if ((!here && !elsewhere) || here + elsewhere < needed)
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
static wide spare_share(const struct account_chain *chain, wide left)
{
    if (!can_fence())
        return 0;
    uint64_t threads = thread_live + (chain->process ? others_threads() : 0);
    return threads <= 1 ? left : left / (2 * threads);
}

/* A price that sticks at the largest number may be any above it: no limit is known to cover it. */
bool account_covers(const struct ledger_account *account, wide left, uint64_t cost)
{
    return left >= cost && (cost != UINT64_MAX || account->limit_flops == LEDGER_UNLIMITED);
}

/* Find `cost` in all accounts of the thread, where it fits; `all`: what others may use is called back though it is not enough.
 */
static bool draw(struct thread *t, uint64_t cost, uint64_t most, bool all)
{
    account_give_back(t);
    t->own_grant->recalled = 0; /* by somebody who died since */
    wide left = available(tightest(&t->chain));
    if (left < cost) {
        call_back(t, &t->chain, all ? 1 : cost - left);
        left = available(tightest(&t->chain));
    }
    if (left < cost && t->chain.process && others_settle_dead())
        left = available(tightest(&t->chain));
    if (!account_covers(tightest(&t->chain), left, cost))
        return false;
    wide share = spare_share(&t->chain, left - cost);
    grant_spend(t->own_grant, cost, share < most ? (uint64_t)share : most);
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
    grant_spend(t->own_grant, cost, most);
}

/* So many more FLOPs of its job would let the call fit; 0: they would not, or there is no job. Its context does not refuse it.
 */
static uint64_t missing_of_share(const struct account_chain *chain, uint64_t cost)
{
    if (!job_share.hooks || !chain->process || cost == UINT64_MAX || (chain->context && available(chain->context) < cost))
        return 0;
    return (uint64_t)wide_less(cost, available(chain->process));
}

static void say_remaining(const struct thread *t, bool fits, wide *remaining, struct ledger_account **account)
{
    if (fits)
        return;
    *account = scarcest(&t->chain);
    *remaining = account_remaining(*account);
}

bool account_draw(struct thread *t, uint64_t cost, uint64_t most, wide *remaining, struct ledger_account **account)
{
    if (!t->chain.context && !t->chain.process) {
        draw_freely(t, cost, most);
        return true;
    }
    bool fits, given = true;
    uint64_t missing, asked = UINT64_MAX;
    for (;;) {
        lock();
        /* A handler may have forked since, and this be its child. Else the job may have too little for the whole price. */
        fits = thread_is_left(t) || draw(t, cost, most, !given);
        missing = fits ? 0 : missing_of_share(&t->chain, cost);
        uint64_t draws = share_draws();
        say_remaining(t, fits, remaining, account);
        unlock();
        if (!missing || (!given && missing >= asked))
            break;
        given = share_draw(missing, draws);
        asked = missing;
    }
    if (missing) {
        lock();
        say_remaining(t, false, remaining, account);
        unlock();
    }
    return fits;
}

wide account_join(const struct share_hooks *hooks)
{
    const struct account_chain all = {.process = first_account};
    if (!first_account)
        return 0;
    lock();
    call_back(NULL, &all, 1);
    wide spent = taken_here(first_account, false);
    share_begin(hooks, first_account->limit_flops, spent);
    unlock();
    return spent;
}

/* No rank of the node holds a grant that was not its own alone, and none gets one before it is here. */
void account_join_node(void)
{
    if (!first_account)
        return;
    shim_lock();
    wide spent = taken_here(first_account, false);
    fence_asked = false;
    if (others_join()) {
        ledger_lock_use(&ledger_node->lock);
        ledger_lock();
        share_join(spent);
        ledger_unlock();
    }
    shim_unlock();
}

wide account_release(void)
{
    const struct account_chain all = {.process = first_account};
    if (!first_account)
        return 0;
    lock();
    call_back(NULL, &all, 1);
    wide unused = available(first_account);
    share_give_back(unused);
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
    grant_refund(t->own_grant, flops);
    if (time_limit_is_set(t))
        account_give_back(t); /* it was drawn for one call, not for many */
    unlock();
}

void account_overrun(struct thread *t, uint64_t cost)
{
    lock();
    account_give_back(t);
    call_back(t, &t->chain, 1);
    grant_spend(t->own_grant, cost, 0);
    unlock();
}

void account_leave(struct thread *t)
{
    account_give_back(t);
    wide spent = ledger_grant_sum(t->own_grant, false);
    if (t->chain.context)
        t->chain.context->spent_flops = wide_sum(t->chain.context->spent_flops, wide_less(spent, t->context_from));
    t->context_from = spent;
    t->chain = (struct account_chain){0};
}

void account_close(void)
{
    if (first_account && first_account->limit_flops != first_limit)
        self_incomplete(LEDGER_DOUBTFUL);
    if (!ledger || !others_are_there() || !first_account || !ledger_lock())
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
