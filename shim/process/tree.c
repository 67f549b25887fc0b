/* Process trees: joining, and whose turn it is to write the summary.
 *
 * A tree's ledger is made by its first process, which puts the ledger's nonce and path into FLOP_TREE; what inherits that
 * joins, and nothing else does. A fork's child has the mapping already; it gets a record of its own, as every process does,
 * when it first counts. */
#include "tree.h"
#include "account.h"
#include "config.h"
#include "config_parse.h"
#include "enter.h"
#include "ledger_alive.h"
#include "ledger_file.h"
#include "ledger_lock.h"
#include "ledger_read.h"
#include "ledger_self.h"
#include "ledger_walk.h"
#include "lock.h"
#include "message.h"
#include "templates.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define VARIABLE "FLOP_TREE"
#define BIRTH_MS 200

/* ---- members: whoever may still count, though it has no record yet ---- */

void tree_register(void)
{
    uint64_t mine = ledger_member_self();
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
    uint64_t mine = ledger_member_self();
    for (int i = 0; i < LEDGER_MEMBERS; i++) {
        uint64_t seen = __atomic_load_n(&ledger->members[i], __ATOMIC_RELAXED);
        if (seen && seen != mine && ledger_member_lives(ledger, seen))
            return true;
    }
    return false;
}

/* A child of fork is a member from the fork on, though it may get a processor only after its parent has ended. */
void tree_before_fork(void)
{
    if (ledger && ledger->scope == LEDGER_SCOPE_TREE)
        __atomic_add_fetch(&ledger->unborn, 1, __ATOMIC_RELAXED);
}

void tree_in_child(void)
{
    if (ledger && ledger->scope == LEDGER_SCOPE_TREE)
        __atomic_sub_fetch(&ledger->unborn, 1, __ATOMIC_RELEASE);
}

/* Not for ever: the fork may have failed, or the child been killed. */
static void wait_for_births(void)
{
    const struct timespec moment = {0, 1000000};
    for (int waited = 0; waited < BIRTH_MS && __atomic_load_n(&ledger->unborn, __ATOMIC_ACQUIRE); waited++)
        nanosleep(&moment, NULL);
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
    wide limit = account_tree_limit();
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
    enter_ledger();
    shim_unlock();
}

/* A process that is counted by itself leaves the tree its names. */
static void take_other_names(void)
{
    char names[sizeof config.output];
    if (!templates_set_apart(config.output, names, sizeof names))
        strcpy(config.output, names);
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
    take_other_names();
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
    if (a_member_lives())
        return false;
    wait_for_births();
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
    bool locked = ledger_lock();
    bool mine = !somebody_writes();
    if (mine)
        ledger->writer = own_offset();
    ended_when_begun = ledger->ended;
    if (locked)
        ledger_unlock();
    return mine;
}

bool tree_end_writing(void)
{
    if (ledger->scope != LEDGER_SCOPE_TREE) {
        ledger_remove();
        return true;
    }
    bool locked = ledger_lock();
    bool final = ledger->ended == ended_when_begun;
    ended_when_begun = ledger->ended;
    if (final)
        ledger->writer = 0;
    if (locked)
        ledger_unlock();
    if (final && ledger_process->end_reason != LEDGER_END_EXEC && tree_is_over())
        ledger_remove();
    return final;
}
