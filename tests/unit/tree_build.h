/* What the unit tests of tree.c stand on: a tree's ledger built by hand, the parts of the library around tree.c, which note
 * what is asked of them, and other processes: children that wait to be killed. */
#pragma once
#include "account.h"
#include "config.h"
#include "enter.h"
#include "ledger_alive.h"
#include "ledger_build.h"
#include "ledger_file.h"
#include "ledger_lock.h"
#include "ledger_self.h"
#include "lock.h"
#include "message.h"
#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- what tree.c needs ---- */

struct ledger_header *ledger;
struct ledger_process *ledger_process;
struct config config;

static struct ledger_build b;
/* Shared with the children in which a process may end */
static struct noted {
    char said[512];
    char joined[128];
    uint64_t joined_nonce;
    wide limit;
    bool can_make, can_join;
    int made, opened, locked, removed;
} * noted;

void message_line(const char *first, ...)
{
    va_list pieces;
    va_start(pieces, first);
    for (const char *piece = first; piece; piece = va_arg(pieces, const char *))
        strcat(noted->said, piece);
    va_end(pieces);
    strcat(noted->said, "\n");
}

void shim_lock(void)
{
    cr_assert(noted->locked++ == 0);
}

void shim_unlock(void)
{
    cr_assert(noted->locked-- == 1);
}

void enter_ledger(void)
{
    cr_expect(noted->locked == 1);
    noted->opened++;
}

wide account_tree_limit(void)
{
    return noted->limit;
}

bool ledger_create(const char *dir, enum ledger_scope scope)
{
    cr_expect(scope == LEDGER_SCOPE_TREE && !strcmp(dir, "/folder"));
    noted->made++;
    ledger = noted->can_make ? build_header(&b) : NULL;
    return noted->can_make;
}

bool ledger_join(const char *path, uint64_t nonce, const char **why)
{
    strcpy(noted->joined, path);
    noted->joined_nonce = nonce;
    ledger = noted->can_join ? build_header(&b) : NULL;
    *why = "there is a reason";
    return noted->can_join;
}

const char *ledger_path(void)
{
    return "/folder/a:b.ledger";
}

struct ledger_view ledger_view(void)
{
    return (struct ledger_view){.header = ledger, .size_bytes = b.used};
}

void ledger_remove(void)
{
    noted->removed++;
}

/* ---- processes ---- */

static inline void identify(struct ledger_process *record, pid_t pid)
{
    record->pid = (uint32_t)pid;
    record->start_ticks = ledger_start_ticks((uint32_t)pid);
    record->end_monotonic_ns = 0;
    record->end_reason = LEDGER_END_UNKNOWN;
}

static inline pid_t start_child(void)
{
    pid_t pid = fork();
    if (!pid) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;)
            pause();
    }
    cr_assert(pid > 0);
    return pid;
}

static inline void end_child(pid_t pid)
{
    cr_assert(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid);
}

static inline uint64_t member_of(pid_t pid)
{
    return ledger_member((uint32_t)pid, ledger_start_ticks((uint32_t)pid));
}

static inline uint64_t dead_member(void)
{
    pid_t pid = start_child();
    uint64_t member = member_of(pid);
    end_child(pid);
    return member;
}

static inline uint64_t lock_word(uint64_t member, pid_t tid)
{
    return member | ((uint64_t)tid & LEDGER_ID_MASK);
}

/* A tree of which this process is the root, alive. */
static inline void begin(void)
{
    noted = mmap(NULL, sizeof *noted, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    noted->can_make = noted->can_join = true;
    noted->limit = LEDGER_UNLIMITED;
    config.limit_flops = LEDGER_UNLIMITED;
    strcpy(config.ledger_dir, "/folder");
    build_start(&b, 1 << 16, 64);
    ledger = build_header(&b);
    ledger->scope = LEDGER_SCOPE_TREE;
    ledger->nonce = 0x123;
    ledger->convention = 1;
    ledger->pid_namespace = ledger_pid_namespace();
    ledger_boot_id(ledger->boot_id);
    ledger_process = build_process(&b);
    identify(ledger_process, getpid());
}

static inline void end(void)
{
    free(b.data);
    munmap(noted, sizeof *noted);
}
