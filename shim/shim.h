/* What the parts of the shim share: its state, its lock, its configuration. */
#pragma once
#include "ledger.h"
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- lifecycle.c ---- */

/* Guards the ledger's structure, accounts and contexts; never held across the loader, a forwarded call or user code. */
void shim_lock(void);
void shim_unlock(void);

/* Start where not yet started. True once calls can be counted: config read, not disabled. */
bool lifecycle_start(void);

/* The ledger exists from here on (it is made at the first counted call or marker). Under shim_lock. */
void lifecycle_open_ledger(void);

/* Write the summary now, and again at a later end. `label`: NULL for the whole. Returns the first file's name or "". */
const char *lifecycle_write_summary(enum ledger_end reason, uint32_t status);

/* The same at an exit with this status: the status that the process shall end with. */
int lifecycle_end_status(int status);

/* Something was found out that the ledger should say: bits of enum ledger_incomplete (0: only that there is a provider more).
 * Takes shim_lock. */
void lifecycle_note(uint32_t incomplete);
/* A reason or path that the summary lists as uncovered. Takes shim_lock. */
void lifecycle_uncovered(const char *what);

/* End at once: no destructor, no atexit handler. Flushes stdout and stderr only where nobody holds them. */
_Noreturn void lifecycle_exit_now(int status);
_Noreturn void lifecycle_abort_now(void);

/* ---- message.c ---- */

/* One line to stderr, whatever became of its reader: pieces up to a NULL. Never stdio, never SIGPIPE. */
void message_line(const char *first, ...) __attribute__((sentinel));

/* ---- ledger.c ---- */

extern struct ledger_header *ledger; /* NULL before lifecycle_open_ledger() */

/* All under shim_lock. */
void ledger_create(const char *dir);
void *ledger_add(enum ledger_kind kind, uint32_t record_bytes); /* one zeroed record, or NULL */
struct ledger_block *ledger_add_block(enum ledger_kind kind, uint32_t record_bytes, uint32_t capacity); /* or NULL */
uint32_t ledger_intern(const char *text); /* 0 for "" or where there is no room */
void ledger_remove(void);                 /* the file, not the memory */
void ledger_abandon(void);                /* in a fork child */
const char *ledger_path(void);
uint64_t ledger_now_ns(void);

/* ---- config.c ---- */

enum config_exhausted { CONFIG_ERROR, CONFIG_ABORT, CONFIG_SIGNAL, CONFIG_WARN };
enum config_timing { CONFIG_TIMING_OFF, CONFIG_TIMING_AUTO, CONFIG_TIMING_ALL };

struct config {
    uint64_t limit_flops; /* LEDGER_UNLIMITED: none */
    double multiplier;
    enum config_exhausted on_exhausted;
    enum config_timing timing;
    int signal;
    int exit_code;
    int convention; /* enum cost_convention */
    bool quiet;
    bool verbose;
    bool disabled;
    char namespace_[256];
    char output[1024];
    char ledger_dir[512];
};
extern struct config config;

/* Read the environment. Ends the process with status 2 where a limit is malformed. */
void config_read(void);

/* ---- account.c ---- */

/* After the ledger is open: the process's account, where there is a limit. */
void account_open_process(void);
struct ledger_account *account_process(void); /* NULL: no limit */

struct thread;
/* Charge `cost` where the thread's grant was too small: returns its grant, calls others' back, draws anew. False: it
 * does not fit; *remaining and *account (the one that refused) say why, and nothing was charged. Takes shim_lock. */
bool account_draw(struct thread *t, uint64_t cost, uint64_t *remaining, struct ledger_account **account);

/* Give a thread's grant back. Under shim_lock, by its owner or when it has none. */
void account_give_back(struct thread *t);

/* What the thread was charged a moment ago is not used after all. Takes shim_lock. */
void account_refund(struct thread *t, uint64_t flops);

/* Use up what is left of every account of the thread: an overrun was allowed. Takes shim_lock. */
void account_drain(struct thread *t);

/* limit - used: what is not granted, and what grants still hold (read while their owners may be using it). Under shim_lock. */
uint64_t account_remaining(struct ledger_account *account);

/* ---- exhausted.c ---- */

/* What happens to a call that does not fit: true, it runs all the same (and is counted as an overrun); false, it is
 * skipped; or it does not return. */
bool exhausted_refuse(struct thread *t, const char *operation, uint64_t cost, uint64_t remaining,
                      struct ledger_account *account);

/* ---- context.c ---- */

/* The context that threads without one of their own are in, or NULL. */
struct context_process {
    struct ledger_account *account;
    double multiplier;
    bool quiet;
    uint64_t calls_before;
};
extern struct context_process context_process;
