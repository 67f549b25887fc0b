/* Accounts: limits, what was granted of them to threads, and the way back.
 *
 * Exact under threads: granted_flops never exceeds the limit, a thread only uses what it was granted, and before a call is
 * refused every other grant on the same account has been called back. `used` is granted less what grants still hold.
 * The owner's side of a grant is plain stores (grant_take in slow.h); the price lies here, with whoever runs short. */
#include "shim.h"
#include "slow.h"
#include "thread.h"
#include <errno.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct ledger_account *process_account;
static bool fence_asked, fence_works; /* membarrier works: threads may hold grants */

struct ledger_account *account_process(void)
{
    return process_account;
}

/* Asked at the first draw, of a context or of the process, and again in a fork child. Under shim_lock. */
static bool can_fence(void)
{
    if (!fence_asked)
        fence_works = !syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0);
    fence_asked = true;
    return fence_works;
}

void account_open_process(void)
{
    process_account = NULL;
    fence_asked = false;
    if (config.limit_flops == LEDGER_UNLIMITED)
        return;
    struct ledger_account *account = ledger_add(LEDGER_ACCOUNTS, sizeof *account);
    if (!account)
        return;
    account->limit_flops = config.limit_flops;
    account->namespace_ = ledger_intern(config.namespace_);
    account->open = 1;
    process_account = account;
}

static uint64_t available(const struct ledger_account *account)
{
    return account->limit_flops - account->prior_flops - account->granted_flops;
}

static bool shares(const struct thread *a, const struct account_chain *chain)
{
    return (chain->context && a->chain.context == chain->context) || (chain->process && a->chain.process);
}

static void return_grant(struct thread *t)
{
    uint64_t unused = __atomic_load_n(&t->own_grant->remaining_flops, __ATOMIC_RELAXED);
    if (t->chain.context)
        t->chain.context->granted_flops -= unused;
    if (t->chain.process)
        t->chain.process->granted_flops -= unused;
    __atomic_store_n(&t->own_grant->remaining_flops, 0, __ATOMIC_RELAXED);
}

void account_give_back(struct thread *t)
{
    return_grant(t);
}

static bool is_alive(uint32_t tid)
{
    return tid && !syscall(SYS_tgkill, getpid(), tid, 0);
}

/* Take the grants of all other threads on these accounts. Where what they show cannot make up `needed`, nothing is called
 * back: between draws, which need the lock that we hold, a grant only shrinks. */
static void call_back(const struct thread *self, const struct account_chain *chain, uint64_t needed)
{
    uint64_t shown = 0;
    for (struct thread *t = thread_list; t; t = t->next)
        if (t != self && shares(t, chain))
            shown += __atomic_load_n(&t->own_grant->remaining_flops, __ATOMIC_RELAXED);
    if (!shown || shown < needed)
        return;
    for (struct thread *t = thread_list; t; t = t->next)
        if (t != self && shares(t, chain))
            __atomic_store_n(&t->own_grant->recalled, 1, __ATOMIC_RELAXED);
    syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
    for (struct thread *t = thread_list; t; t = t->next) {
        if (t == self || !shares(t, chain))
            continue;
        while (__atomic_load_n(&t->own_grant->inside, __ATOMIC_ACQUIRE) && is_alive(t->own_grant->tid))
            sched_yield();
        return_grant(t);
        __atomic_store_n(&t->own_grant->recalled, 0, __ATOMIC_RELEASE);
    }
}

/* The account of the chain that has least left. */
static struct ledger_account *tightest(const struct account_chain *chain)
{
    if (!chain->process || (chain->context && available(chain->context) <= available(chain->process)))
        return chain->context;
    return chain->process;
}

/* A thread alone gets everything; several get a share each, so that all together always stay able to call back. */
static uint64_t spare_share(uint64_t left)
{
    if (!can_fence())
        return 0;
    return thread_live <= 1 ? left : left / (2 * (uint64_t)thread_live);
}

static void grant(const struct account_chain *chain, uint64_t flops)
{
    if (chain->context)
        chain->context->granted_flops += flops;
    if (chain->process)
        chain->process->granted_flops += flops;
}

bool account_draw(struct thread *t, uint64_t cost, uint64_t *remaining, struct ledger_account **account)
{
    shim_lock();
    account_give_back(t);
    struct ledger_account *least = tightest(&t->chain);
    if (available(least) < cost) {
        call_back(t, &t->chain, cost - available(least));
        least = tightest(&t->chain);
    }
    bool fits = cost <= available(least);
    if (fits) {
        uint64_t spare = spare_share(available(least) - cost);
        grant(&t->chain, cost + spare);
        __atomic_store_n(&t->own_grant->remaining_flops, spare, __ATOMIC_RELAXED);
    }
    *remaining = fits ? 0 : account_remaining(least); /* of no use to a call that fits */
    *account = least;
    shim_unlock();
    return fits;
}

/* After an overrun granted_flops is less than what was charged. */
static void take_back(struct ledger_account *account, uint64_t flops)
{
    if (account)
        account->granted_flops -= flops < account->granted_flops ? flops : account->granted_flops;
}

void account_refund(struct thread *t, uint64_t flops)
{
    shim_lock();
    take_back(t->chain.context, flops);
    take_back(t->chain.process, flops);
    shim_unlock();
}

void account_drain(struct thread *t)
{
    shim_lock();
    account_give_back(t);
    call_back(t, &t->chain, 1);
    if (t->chain.context)
        t->chain.context->granted_flops = t->chain.context->limit_flops - t->chain.context->prior_flops;
    if (t->chain.process)
        t->chain.process->granted_flops = t->chain.process->limit_flops;
    shim_unlock();
}

uint64_t account_remaining(struct ledger_account *account)
{
    uint64_t left = available(account);
    for (struct thread *t = thread_list; t; t = t->next)
        if (t->chain.context == account || t->chain.process == account)
            left += __atomic_load_n(&t->own_grant->remaining_flops, __ATOMIC_RELAXED);
    return left;
}
