/* Start, fork, and the many ends of a process. A summary is written by whoever still can: here at exit, _exit, abort and
 * exec; from the ledger, by `flopshim run` or `flopshim report`, where a signal ended the process. */
#include "lifecycle.h"
#include "output.h"
#include "summary.h"
#include "context.h"
#include "cost.h"
#include "forward.h"
#include "python.h"
#include "slow.h"
#include "thread.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum state { NEW, STARTING, READY, DISABLED };

static _Atomic enum state state;
static atomic_uint uncounted;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pid_t owner;
static bool written; /* a summary of this process was written before */
static char first_file[1100];

static void finish(int status, void *unused);

void shim_lock(void)
{
    pthread_mutex_lock(&mutex);
}

void shim_unlock(void)
{
    pthread_mutex_unlock(&mutex);
}

/* At an end, whoever holds the lock may never run again: wait a second, then go on without. */
static bool lock_at_end(void)
{
    const struct timespec millisecond = {0, 1000000};
    for (int i = 0; i < 1000; i++) {
        if (!pthread_mutex_trylock(&mutex))
            return true;
        nanosleep(&millisecond, NULL);
    }
    return false;
}

/* ---- start ---- */

static void before_fork(void)
{
    shim_lock();
}

static void in_parent(void)
{
    shim_unlock();
}

/* The child is a process of its own: its own account, ledger and threads; no call in progress, no context open. */
static void in_child(void)
{
    pthread_mutex_init(&mutex, NULL);
    ledger_abandon();
    thread_forget_all();
    context_forget_all();
    python_forget();
    written = false;
    first_file[0] = 0;
    owner = getpid();
}

static void choose_fast_limits(void)
{
    static const uint64_t small[4] = {1, (uint64_t)1 << 48, (uint64_t)1 << 27, (uint64_t)1 << 18};
    call_convention = config.convention;
    for (int i = 0; i < 4 && config.convention == COST_OPS; i++) {
        call_small64[i] = small[i];
        call_small32[i] = small[i] < INT32_MAX ? (uint32_t)small[i] : INT32_MAX;
    }
}

bool lifecycle_start(void)
{
    enum state seen = NEW;
    if (state == READY)
        return true;
    if (!atomic_compare_exchange_strong(&state, &seen, STARTING)) {
        if (seen == STARTING)
            atomic_fetch_add(&uncounted, 1);
        return seen == READY;
    }
    config_read();
    if (config.disabled) {
        state = DISABLED;
        return false;
    }
    owner = getpid();
    forward_start();
    forward_note_start();
    choose_fast_limits();
    pthread_atfork(before_fork, in_parent, in_child);
    state = READY;
    return true;
}

__attribute__((constructor)) static void start(void)
{
    int saved = errno;
    forward_start();
    lifecycle_start();
    on_exit(finish, NULL);
    errno = saved;
}

/* ---- the ledger's header ---- */

static size_t read_file(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd >= 0 ? read(fd, text, size - 1) : 0;
    if (fd >= 0)
        close(fd);
    text[length > 0 ? length : 0] = 0;
    return length > 0 ? (size_t)length : 0;
}

/* Field 22 of /proc/self/stat; the name in field 2 may hold blanks and parentheses. */
static uint64_t start_ticks(void)
{
    char text[1024];
    read_file("/proc/self/stat", text, sizeof text);
    const char *p = strrchr(text, ')');
    for (int field = 2; p && field < 22; field++)
        p = strchr(p + 1, ' ');
    return p ? strtoull(p + 1, NULL, 10) : 0;
}

static void fill_header(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    ledger->pid = (uint32_t)getpid();
    ledger->ppid = (uint32_t)getppid();
    ledger->start_ticks = start_ticks();
    ledger->start_realtime_ns = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
    ledger->start_monotonic_ns = ledger_now_ns();
    memcpy(&ledger->multiplier_bits, &config.multiplier, sizeof config.multiplier);
    ledger->convention = (uint32_t)config.convention;
    ledger->uncounted_calls = uncounted;
    if (uncounted)
        ledger->incomplete |= LEDGER_UNCOUNTED;
    read_file("/proc/sys/kernel/random/boot_id", ledger->boot_id, sizeof ledger->boot_id);
    ledger->boot_id[strcspn(ledger->boot_id, "\n")] = 0;
    snprintf(ledger->version, sizeof ledger->version, "%s", FLOPSHIM_VERSION);
    snprintf(ledger->cost_model, sizeof ledger->cost_model, "%s", COST_MODEL);
    gethostname(ledger->host, sizeof ledger->host - 1);
    snprintf(ledger->program, sizeof ledger->program, "%s", program_invocation_short_name);
    read_file("/proc/self/cmdline", ledger->arguments, sizeof ledger->arguments);
}

void lifecycle_open_ledger(void)
{
    if (ledger)
        return;
    ledger_create(config.ledger_dir);
    if (!ledger)
        return;
    fill_header();
    account_open_process();
    forward_record_providers();
    context_banner();
}

void lifecycle_note(uint32_t incomplete)
{
    shim_lock();
    if (ledger) {
        ledger->incomplete |= incomplete;
        forward_record_providers();
    }
    shim_unlock();
}

void lifecycle_uncovered(const char *what)
{
    shim_lock();
    if (ledger && !ledger->uncovered)
        ledger->uncovered = ledger_intern(what);
    shim_unlock();
}

/* ---- the end ---- */

static const char *label(void)
{
    return *config.namespace_ ? config.namespace_ : NULL;
}

static bool summarise(struct summary *summary)
{
    struct ledger_view view = {ledger, ledger->size_bytes};
    return !summary_from_ledger(&view, NULL, summary);
}

static void write_files(void)
{
    struct summary summary;
    if (!summarise(&summary))
        return;
    if (summary_is_worth_a_file(&summary))
        output_write_all(config.output, &summary, label(), written, first_file, sizeof first_file);
    /* What could not be written to its file went to stderr: the ledger is not needed. */
    ledger_remove();
    written = true;
    summary_free(&summary);
}

const char *lifecycle_write_summary(enum ledger_end reason, uint32_t status)
{
    int saved = errno;
    if (state != READY || getpid() != owner || !ledger)
        return "";
    int cancel_state;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
    bool locked = lock_at_end();
    ledger->end_reason = reason;
    ledger->end_status = status;
    ledger->end_monotonic_ns = ledger_now_ns();
    write_files();
    if (locked)
        shim_unlock();
    pthread_setcancelstate(cancel_state, NULL);
    errno = saved;
    return first_file;
}

int lifecycle_write_to(const char *path)
{
    struct summary summary;
    int status = -1;
    shim_lock();
    if (ledger && summarise(&summary)) {
        status = output_write_all(path, &summary, label(), true, NULL, 0);
        summary_free(&summary);
    }
    shim_unlock();
    return status;
}

/* Registered before all others, so run after them and after the destructors, whose calls are counted too. */
static void finish(int status, void *unused)
{
    (void)unused;
    int last = lifecycle_end_status(status);
    if (last != status)
        exit(last); /* glibc goes on with what is left of its exit, and this status */
}

/* The summary of a process that ends with this status, and the status that it ends with (python.h). */
int lifecycle_end_status(int status)
{
    bool unhandled;
    if (getpid() != owner) /* a vfork child */
        return status;
    int last = python_end_status(status, &unhandled);
    const char *file = lifecycle_write_summary(unhandled ? LEDGER_END_EXHAUSTED : LEDGER_END_EXIT, (uint32_t)last);
    if (last != status)
        python_report(last, file);
    return last;
}

static void flush_if_free(FILE *stream)
{
    if (ftrylockfile(stream))
        return;
    fflush_unlocked(stream);
    funlockfile(stream);
}

_Noreturn void lifecycle_exit_now(int status)
{
    flush_if_free(stdout);
    flush_if_free(stderr);
    for (;;)
        syscall(SYS_exit_group, status);
}

/* As abort() does, without its lock: the signal, and its default action where a handler returned. */
_Noreturn void lifecycle_abort_now(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGABRT);
    flush_if_free(stdout);
    syscall(SYS_tgkill, getpid(), gettid(), SIGABRT);
    signal(SIGABRT, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    for (;;)
        syscall(SYS_tgkill, getpid(), gettid(), SIGABRT);
}
