/* What the parts of the shim share: its state, its lock, its configuration. */
#pragma once
#include "config_values.h"
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

/* The ledger exists from here on, and the process has its record in it: at the first counted call or marker. Under
 * shim_lock. */
void lifecycle_open_ledger(void);

/* Where this is a child process that fork()'s handlers did not see, do now what they do. */
void lifecycle_notice_fork(void);

/* The image is about to be replaced; or it was not. */
void lifecycle_before_exec(void);
void lifecycle_after_failed_exec(void);

/* Write the summary now, and again at a later end. Other threads that come to an end wait for this one to end the process
 * (5 s at most, then they write none). Returns the first file's name or "". */
const char *lifecycle_write_summary(enum ledger_end reason, uint32_t status);
/* After it: the process may live on, so other threads need not wait for this one to end it. */
void lifecycle_release_end(void);
/* Both, where the program, or a handler of its own, may still prevent the end; the summary is named on stderr. */
void lifecycle_write_and_say(enum ledger_end reason, uint32_t status);

/* The same at an exit with this status: the status that the process shall end with. */
int lifecycle_end_status(int status);

/* Something was found out that the ledger should say: bits of enum ledger_incomplete (0: only that there is a provider more).
 * Takes shim_lock. */
void lifecycle_note(uint32_t incomplete);
/* A call passes through that cannot be counted: another thread is starting the shim, or there is no memory. Takes shim_lock. */
void lifecycle_uncounted(void);
/* A line that the summary lists as uncovered, once however often it is said; kept until there is a ledger. Takes shim_lock. */
void lifecycle_uncovered(const char *what);

/* stdout and stderr, where nobody holds them and as far as their readers take it at once. */
void lifecycle_flush(void);
/* End at once: no destructor, no atexit handler. The first flushes. */
_Noreturn void lifecycle_exit_now(int status);
_Noreturn void lifecycle_abort_now(void);

/* ---- message.c ---- */

/* One line to stderr, whatever became of its reader: pieces up to a NULL. Never stdio, never SIGPIPE. */
void message_line(const char *first, ...) __attribute__((sentinel));

/* ---- ledger.c ---- */

extern struct ledger_header *ledger; /* NULL before lifecycle_open_ledger() */

/* All under shim_lock. Where a tree's cannot be made in a file: false; a process's is in memory then. */
bool ledger_create(const char *dir, enum ledger_scope scope);
/* The ledger of a tree, after checks. False: *why is a static text. */
bool ledger_join(const char *file, uint64_t nonce, const char **why);
struct ledger_block *ledger_add_block(enum ledger_kind kind, uint32_t record_bytes, uint32_t capacity,
                                      uint32_t owner);                              /* or NULL */
void *ledger_append(struct ledger_block *block, const void *record);                /* a copy; the block has room */
void *ledger_add(enum ledger_kind kind, const void *record, uint32_t record_bytes); /* the same, in a fitting block; or NULL */
bool ledger_grow(size_t bytes); /* the first bytes of the mapping are usable. Under tree_lock */
size_t ledger_file_end(void);   /* where blocks go on in memory, or 0 */
void ledger_set_bytes(size_t bytes);
void ledger_unmap(void);
bool ledger_has_room(void);                        /* for more than what threads and processes cannot do without */
uint32_t ledger_intern(const char *text);          /* 0 for "" or where there is no room */
bool ledger_is_lost(void);                         /* its file was removed or replaced */
bool ledger_has_folder(void);                      /* the folder that its file was made in is still there */
const char *ledger_folder(void);                   /* that folder, or the one that a ledger would be made in first */
bool ledger_mapping_is_orphaned(const char *path); /* its file has another name, or none (ledger_lost.c) */
void ledger_remove(void);                          /* the file, not the memory */
void ledger_forget_process(void);                  /* in a child process: also the ledger, unless it is the tree's */
const char *ledger_path(void);
struct ledger_view ledger_view(void); /* of all blocks, as it is now */
size_t ledger_bytes(void);            /* of header and blocks, also of those that are in memory only */
uint64_t ledger_now_ns(void);
uint64_t ledger_tick(void); /* orders what happens in all threads of all processes */

/* ---- config.c ---- */

extern struct config config;

/* Read the environment. Ends the process with status 2 where a limit is malformed. */
void config_read(void);

/* ---- account.c ---- */

/* After the ledger is open: the account of the process, or of the tree, where there is a limit. is_root: it is made. */
void account_open_process(bool is_root);
uint64_t account_tree_limit(void);
struct ledger_account *account_process(void); /* NULL: no limit */

struct thread;
/* Charge `cost` where the thread's grant was too small: returns its grant, calls others' back, draws anew. False: it
 * does not fit; *remaining and *account (the one that refused) say why, and nothing was charged. Takes shim_lock. */
bool account_draw(struct thread *t, uint64_t cost, uint64_t *remaining, struct ledger_account **account);

/* Give a thread's grant back. Under shim_lock, by its owner or when it has none. */
void account_give_back(struct thread *t);
/* The same, and the thread is charged to no account any more. */
void account_leave(struct thread *t);
/* All grants of the process go back to its tree: it ends. What its threads still do draws anew. */
void account_close(void);
/* What a process that is dead has used of the first account is fixed. Under tree_lock. */
void account_settle(struct ledger_process *process);

/* What the thread was charged a moment ago is not used after all. Takes shim_lock. */
void account_refund(struct thread *t, uint64_t flops);

/* Charge a cost that does not fit: it ran all the same. Takes shim_lock. */
void account_overrun(struct thread *t, uint64_t cost);

/* limit - used, read while threads may be using it. Under shim_lock. */
uint64_t account_remaining(struct ledger_account *account);

/* ---- exhausted.c ---- */

/* What happens to a call that does not fit: true, it runs all the same (and is counted as an overrun); false, it is
 * skipped; or it does not return. */
bool exhausted_refuse(struct thread *t, const char *operation, uint64_t cost, uint64_t remaining,
                      struct ledger_account *account);
void exhausted_forget(void); /* in a fork child */

/* ---- context.c ---- */

/* The context that threads without one of their own are in, or NULL. */
struct context_process {
    struct ledger_account *account;
    double multiplier;
    bool quiet;
    uint64_t calls_before;
};
extern struct context_process context_process;
