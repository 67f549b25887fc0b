/* Threads: their slots in the ledger, their tallies, and what they are charged to. Tables here are private memory from
 * mmap: a thread may make its first call inside a program's malloc hook. */
#include "thread.h"
#include "by_name.h"
#include "cost.h"
#include "ledger_seal.h"
#include "oplog.h"
#include "process.h"
#include "shim.h"
#include "slow.h"
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define FIRST_TALLIES 31
#define MORE_TALLIES 255
#define FIRST_INDEX 128

struct thread thread_none = {.outer_frame = UINTPTR_MAX};
__thread struct thread *call_self __attribute__((tls_model("initial-exec"))) = &thread_none;

struct thread *thread_list;
uint32_t thread_live;

static struct thread *free_threads;
static pthread_key_t key;
static bool key_made;

/* What an unused place of `hot` points to: no routine's. Written by nobody. */
static struct ledger_tally no_tally = {.routine = UINT32_MAX};

static void *get_memory(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

/* A child made without fork()'s handlers would go on in its parent's slots: it finds zeros instead, so that every call
 * takes the careful path (careful_flops is 0), where thread_attach notices. */
static struct thread *get_thread(void)
{
    struct thread *t = get_memory((sizeof *t + 4095) & ~(size_t)4095);
    if (t)
        madvise(t, sizeof *t, MADV_WIPEONFORK);
    return t;
}

static void cool_down(struct thread *t)
{
    for (int i = 0; i < THREAD_HOT; i++)
        t->hot[i] = &no_tally;
}

/* ---- a thread's beginning and end ---- */

static void detach(void *state)
{
    struct thread *t = state;
    if (call_self != t)
        return; /* a fork child's copy */
    shim_lock();
    account_leave(t);
    oplog_free(t);
    t->own_grant->tid = 0;
    t->context = NULL;
    t->scopes = 0;
    t->path[0] = 0;
    t->started_ns = 0;
    t->outer_frame = 0;
    t->handler_frame = 0;
    t->next_free = free_threads;
    free_threads = t;
    thread_live--;
    call_self = &thread_none;
    shim_unlock();
}

static struct thread *make_thread(void)
{
    static const struct ledger_grant empty;
    struct thread *t = get_thread();
    uint32_t slot = thread_list ? thread_list->slot + 1 : 0;
    if (!t)
        return NULL;
    t->own_grant = ledger_add(LEDGER_GRANTS, &empty, sizeof empty);
    t->tallies = ledger_add_block(LEDGER_TALLIES, sizeof(struct ledger_tally), FIRST_TALLIES, slot);
    t->index = get_memory(FIRST_INDEX * sizeof *t->index);
    if (!t->own_grant || !t->tallies || !t->index)
        return NULL;
    t->index_size = FIRST_INDEX;
    t->slot = slot;
    t->next = thread_list;
    thread_list = t;
    return t;
}

static struct thread *take_thread(void)
{
    struct thread *t = free_threads;
    if (t)
        free_threads = t->next_free;
    else if (ledger_process)
        t = make_thread();
    return t;
}

/* Without a slot in the ledger its limit could not be kept. */
static _Noreturn void fail_closed(void)
{
    message_line("flopshim: no room in the ledger for another thread or process, which the budget could not be kept for", NULL);
    lifecycle_exit_now(config.exit_code);
}

static struct thread *attach_locked(void)
{
    lifecycle_open_ledger();
    if (!key_made)
        key_made = !pthread_key_create(&key, detach);
    struct thread *t = take_thread();
    if (!t && account_tree_limit() != LEDGER_UNLIMITED)
        fail_closed();
    if (!t)
        return NULL;
    t->own_grant->tid = (uint32_t)gettid();
    thread_live++;
    process_thread_started();
    call_self = t;
    thread_refresh(t);
    return t;
}

struct thread *thread_attach(void)
{
    struct thread *t = thread_self();
    if (t && t->own_grant)
        return t;
    lifecycle_notice_fork();
    if (!lifecycle_start())
        return NULL;
    int saved = errno;
    shim_lock();
    t = attach_locked();
    shim_unlock();
    if (t && key_made)
        pthread_setspecific(key, t);
    errno = saved;
    return t;
}

void thread_forget_all(void)
{
    struct thread *t = thread_self();
    if (t) { /* the call that it forked in still returns through its stub */
        t->started_ns = 0;
        t->tally = NULL;
        t->grant = NULL;
        t->log = t->last_log = NULL;
    }
    thread_list = free_threads = NULL;
    thread_live = 0;
    call_self = &thread_none;
    if (key_made)
        pthread_setspecific(key, NULL);
}

/* ---- what a thread is charged to ---- */

static uint64_t timing_from(void)
{
    return config.timing == CONFIG_TIMING_ALL ? 0 : config.timing == CONFIG_TIMING_AUTO ? call_timed_flops : UINT64_MAX;
}

void thread_refresh(struct thread *t)
{
    account_leave(t);
    struct ledger_account *process = account_process();
    t->chain = (struct account_chain){t->context ? t->context : context_process.account, process};
    t->grant = t->chain.context || process ? t->own_grant : NULL;
    t->multiplier = t->context                ? t->context_multiplier
                    : context_process.account ? context_process.multiplier
                                              : config.multiplier;
    const char *base = t->chain.context ? (char *)ledger + t->chain.context->namespace_ : config.namespace_;
    if (t->chain.context && !t->chain.context->namespace_)
        base = "";
    char name[THREAD_PATH_BYTES + 256];
    const char *scopes = t->context ? t->path + t->context_path : t->path;
    scopes += *scopes == '.';
    size_t length = strlen(base);
    memcpy(name, base, length);
    if (length && *scopes)
        name[length++] = '.';
    strcpy(name + length, scopes);
    t->namespace_ = ledger_intern(name);
    t->nameless = !t->namespace_ && *name;
    t->stale = false;
    t->timing_flops = timing_from();
    t->careful_flops = t->multiplier != 1 || t->log ? 0 : t->timing_flops;
    cool_down(t);
}

void thread_make_all_stale(void)
{
    for (struct thread *t = thread_list; t; t = t->next) {
        __atomic_store_n(&t->stale, true, __ATOMIC_RELAXED);
        __atomic_store_n(&t->careful_flops, 0, __ATOMIC_RELAXED);
    }
}

/* ---- tallies ---- */

static uint32_t place_of(const struct thread *t, uint32_t routine, uint32_t operation)
{
    uint64_t h = ((uint64_t)t->namespace_ << 32 | (routine == UINT32_MAX ? operation ^ 0x80000000u : routine)) *
                 0x9e3779b97f4a7c15u;
    uint32_t i = (uint32_t)(h >> 32) & (t->index_size - 1);
    for (struct ledger_tally *f; (f = t->index[i]); i = (i + 1) & (t->index_size - 1))
        if (f->namespace_ == t->namespace_ && f->routine == routine && !(f->accuracy & LEDGER_FORGOTTEN) &&
            (routine != UINT32_MAX || f->operation == operation))
            break;
    return i;
}

static void reindex(struct thread *t)
{
    struct ledger_tally **old = t->index;
    uint32_t old_size = t->index_size, namespace_ = t->namespace_;
    struct ledger_tally **fresh = get_memory(2 * old_size * sizeof *fresh);
    if (!fresh)
        return;
    t->index = fresh;
    t->index_size = 2 * old_size;
    for (uint32_t i = 0; i < old_size; i++)
        if (old[i] && !(old[i]->accuracy & LEDGER_FORGOTTEN)) {
            t->namespace_ = old[i]->namespace_;
            t->index[place_of(t, old[i]->routine, old[i]->operation)] = old[i];
        }
    t->namespace_ = namespace_;
    munmap(old, old_size * sizeof *old);
}

/* The last record of a thread's newest block is kept for what finds no room any more, of whatever namespace: "(other)". */
static struct ledger_tally *place_for(struct thread *t, struct ledger_tally *record)
{
    struct ledger_block *block = t->tallies, *fresh = NULL;
    bool is_last = block->count + 1 == block->capacity;
    if (t->other)
        return NULL;
    if (t->index_used * 2 >= t->index_size)
        reindex(t);
    if (is_last && ledger_has_room())
        fresh = ledger_add_block(LEDGER_TALLIES, sizeof *record, MORE_TALLIES, t->slot);
    if ((is_last && !fresh) || !record->operation || t->nameless || t->index_used + 1 >= t->index_size) {
        record->namespace_ = 0;
        record->operation = ledger_intern("(other)");
        record->routine = UINT32_MAX;
        return t->other = ledger_append(block, record);
    }
    if (fresh)
        t->tallies = fresh;
    return ledger_append(block, record);
}

static struct ledger_tally *add_tally(struct thread *t, uint32_t routine, uint32_t operation)
{
    struct ledger_tally record = {.namespace_ = t->namespace_, .routine = routine, .operation = operation};
    record.accuracy = routine == UINT32_MAX ? COST_EXACT : cost_routine_of(routine & ~LEDGER_QUERY)->accuracy;
    record.first_use = ledger_tick();
    struct ledger_tally *tally = place_for(t, &record);
    if (!tally || tally == t->other) {
        process_dropped_call();
        return t->other;
    }
    t->index[place_of(t, routine, operation)] = tally;
    t->index_used++;
    by_name_add(tally);
    return tally;
}

struct ledger_tally *thread_tally(struct thread *t, uint32_t routine, const char *operation)
{
    int saved = errno;
    struct ledger_tally *tally = NULL;
    uint32_t name = 0;
    if (routine == UINT32_MAX || t->nameless || !(tally = t->index[place_of(t, routine, 0)])) {
        shim_lock();
        name = ledger_intern(operation ? operation : cost_routine_of(routine & ~LEDGER_QUERY)->name);
        tally = t->nameless ? NULL : t->index[place_of(t, routine, name)];
        if (!tally)
            tally = add_tally(t, routine, name);
        shim_unlock();
    }
    if (routine < LEDGER_QUERY && tally->routine == routine)
        t->hot[routine % THREAD_HOT] = tally;
    errno = saved;
    return tally;
}

void thread_tally_nested(struct thread *t, uint32_t routine)
{
    struct ledger_tally *tally = t->hot[routine % THREAD_HOT];
    if (tally->routine != routine)
        tally = thread_tally(t, routine, NULL);
    tally_add(tally, &tally->nested_calls, 1, 0);
}
