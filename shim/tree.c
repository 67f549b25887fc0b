/* Process trees: joining, the lock, and whose turn it is to write the summary.
 *
 * A tree's ledger is made by its first process, which puts the ledger's nonce and path into FLOP_TREE; what inherits that
 * joins, and nothing else does. A fork's child has the mapping already; it gets a record of its own, as every process does,
 * when it first counts. */
#include "tree.h"
#include "config_parse.h"
#include "ledger_walk.h"
#include "process.h"
#include "shim.h"
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define VARIABLE "FLOP_TREE"

static bool ending;

/* ---- who ---- */

static uint64_t process_id(void)
{
    static pid_t of;
    static uint64_t id;
    if (of != getpid()) {
        id = ledger_member((uint32_t)getpid(), ledger_start_ticks((uint32_t)getpid()));
        of = getpid();
    }
    return id;
}

/* ---- members: whoever may still count, though it has no record yet ---- */

void tree_register(void)
{
    uint64_t mine = process_id();
    for (int i = 0; i < LEDGER_MEMBERS; i++)
        if (__atomic_load_n(&ledger->members[i], __ATOMIC_RELAXED) == mine)
            return;
    for (int also_dead = 0; also_dead < 2; also_dead++)
        for (int i = 0; i < LEDGER_MEMBERS; i++) {
            uint64_t seen = __atomic_load_n(&ledger->members[i], __ATOMIC_RELAXED);
            if ((!seen || (also_dead && !ledger_member_lives(ledger, seen))) &&
                __atomic_compare_exchange_n(&ledger->members[i], &seen, mine, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
                return;
        }
}

static bool a_member_lives(void)
{
    uint64_t mine = process_id();
    for (int i = 0; i < LEDGER_MEMBERS; i++) {
        uint64_t seen = __atomic_load_n(&ledger->members[i], __ATOMIC_RELAXED);
        if (seen && seen != mine && ledger_member_lives(ledger, seen))
            return true;
    }
    return false;
}

/* ---- the lock: the process, and its thread ---- */

static uint64_t token(void)
{
    return process_id() | ((uint64_t)gettid() & LEDGER_ID_MASK);
}

static bool holder_lives(uint64_t word)
{
    pid_t pid = (pid_t)(word >> LEDGER_ID_BITS & LEDGER_ID_MASK), tid = (pid_t)(word & LEDGER_ID_MASK);
    return ledger_member_lives(ledger, word & ~LEDGER_ID_MASK) && (!syscall(SYS_tgkill, pid, tid, 0) || errno == EPERM);
}

bool tree_lock(void)
{
    const struct timespec moment = {0, 50000};
    int saved = errno;
    if (!ledger || ledger->scope != LEDGER_SCOPE_TREE)
        return true;
    uint64_t mine = token();
    for (unsigned tries = 0;; tries++) {
        uint64_t seen = 0;
        if (__atomic_compare_exchange_n(&ledger->lock, &seen, mine, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            break;
        if (tries < 64) {
            sched_yield();
            continue;
        }
        /* The dead leave everything in order: each store under this lock stands by itself. */
        if (tries % 64 == 0 && !holder_lives(seen) &&
            __atomic_compare_exchange_n(&ledger->lock, &seen, mine, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            break;
        if (ending && tries > 20000) {
            errno = saved;
            return false;
        }
        nanosleep(&moment, NULL);
    }
    errno = saved;
    return true;
}

void tree_unlock(void)
{
    uint64_t mine = ledger && ledger->scope == LEDGER_SCOPE_TREE ? token() : 0;
    if (mine)
        __atomic_compare_exchange_n(&ledger->lock, &mine, 0, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED);
}

void tree_is_ending(void)
{
    ending = true;
}

/* ---- joining ---- */

static _Noreturn void fail_closed(void)
{
    syscall(SYS_exit_group, 2);
    __builtin_unreachable();
}

/* A limit that a process of a tree asks for by itself. */
static void compare_limits(void)
{
    uint64_t limit = account_tree_limit();
    if (config.limit_flops == LEDGER_UNLIMITED || config.limit_flops == limit)
        return;
    message_line("flopshim: FLOP_BUDGET differs from the limit of the tree that this process is part of (FLOP_TREE)",
                 limit == LEDGER_UNLIMITED ? ", which has none; the program is not run without its limit"
                                           : "; the tree's limit holds",
                 NULL);
    if (limit == LEDGER_UNLIMITED)
        fail_closed();
}

static void make(void)
{
    char value[700];
    if (!ledger_create(config.ledger_dir, LEDGER_SCOPE_TREE)) {
        if (config.limit_flops != LEDGER_UNLIMITED) {
            message_line("flopshim: the program is not run without its limit", NULL);
            fail_closed();
        }
        return;
    }
    snprintf(value, sizeof value, "%016llx:%s", (unsigned long long)ledger->nonce, ledger_path());
    setenv(VARIABLE, value, 1);
    tree_register();
    shim_lock();
    lifecycle_open_ledger();
    shim_unlock();
}

void tree_enter(void)
{
    const char *value = getenv(VARIABLE), *why = "its value is not one that flopshim made", *path;
    uint64_t nonce;
    if (!value) {
        make();
        return;
    }
    if (config_parse_tree(value, &nonce, &path) && ledger_join(path, nonce, &why)) {
        config.convention = (int)ledger->convention;
        tree_register();
        compare_limits();
        return;
    }
    bool limited = config.limit_flops != LEDGER_UNLIMITED;
    message_line("flopshim: cannot join the tree of " VARIABLE "=", value, ": ", why,
                 limited ? "; the program is not run without its limit" : "; this process is counted by itself", NULL);
    if (limited)
        fail_closed();
}

/* ---- the summary ---- */

static uint32_t ended_when_begun;

static uint32_t own_offset(void)
{
    return (uint32_t)((char *)ledger_process - (char *)ledger);
}

static const struct ledger_process *root(void)
{
    struct ledger_view view = ledger_view();
    return (const struct ledger_process *)(ledger_next(&view, NULL) + 1);
}

static bool is_root(void)
{
    return root()->pid == (uint32_t)getpid();
}

static bool goes_on(const struct ledger_process *p)
{
    return p->pid != (uint32_t)getpid() && (!p->end_monotonic_ns || p->end_reason == LEDGER_END_EXEC) &&
           ledger_process_lives(ledger, p);
}

bool tree_is_over(void)
{
    struct ledger_view view = ledger_view();
    struct ledger_cursor cursor = {.view = &view, .kind = LEDGER_PROCESSES};
    const struct ledger_process *p;
    if (goes_on(root()))
        return false;
    while ((p = ledger_next_record(&cursor)) != NULL)
        if (goes_on(p))
            return false;
    return !a_member_lives();
}

static bool somebody_writes(void)
{
    struct ledger_view view = ledger_view();
    struct ledger_cursor cursor = {.view = &view, .kind = LEDGER_PROCESSES};
    const struct ledger_process *p;
    uint32_t writer = ledger->writer;
    while (writer && writer != own_offset() && (p = ledger_next_record(&cursor)) != NULL)
        if ((uint32_t)((const char *)p - (const char *)ledger) == writer)
            return ledger_process_lives(ledger, p);
    return false;
}

bool tree_begin_writing(bool at_any_rate)
{
    if (ledger->scope != LEDGER_SCOPE_TREE)
        return true;
    if (!at_any_rate && !is_root() && !tree_is_over())
        return false;
    bool locked = tree_lock();
    bool mine = !somebody_writes();
    if (mine)
        ledger->writer = own_offset();
    ended_when_begun = ledger->ended;
    if (locked)
        tree_unlock();
    return mine;
}

bool tree_end_writing(void)
{
    if (ledger->scope != LEDGER_SCOPE_TREE) {
        ledger_remove();
        return true;
    }
    bool locked = tree_lock();
    bool final = ledger->ended == ended_when_begun;
    ended_when_begun = ledger->ended;
    if (final)
        ledger->writer = 0;
    if (locked)
        tree_unlock();
    if (final && ledger_process->end_reason != LEDGER_END_EXEC && tree_is_over())
        ledger_remove();
    return final;
}
