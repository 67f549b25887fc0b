/* Adds up time (summary_time.h). A killed process leaves no end: its wall time is not known. A thread is counted from its first
 * call to its end, the first thread of a process from the start to the end of that: so threads that never called are in none of
 * the sums but that first one. */
#include "summary_time.h"
#include "cost.h"
#include "ledger_read.h"

size_t time_arena(size_t grants)
{
    return (grants < SUMMARY_THREADS ? grants : SUMMARY_THREADS) * sizeof(struct summary_thread) + 16;
}

static uint64_t since(uint64_t from_ns, uint64_t to_ns)
{
    return to_ns > from_ns ? to_ns - from_ns : 0;
}

static struct summary_thread describe(const struct process_image *image, const struct ledger_grant *g, uint32_t number)
{
    uint64_t living_ns = g->since_ns ? since(g->since_ns, processes_end_ns(image)) : 0;
    return (struct summary_thread){.pid = image->record->pid,
                                   .number = number,
                                   .time = {.wall_ns = cost_sum(g->lived_ns, living_ns)},
                                   .image = image->offset};
}

/* In the order of the ledger: a process's first thread is its number 0, as its tallies have it. */
static void list_threads(const struct ledger_view *view, const struct process_table *processes, size_t grants,
                         struct summary *s)
{
    struct ledger_cursor cursor = {.view = view, .kind = LEDGER_GRANTS};
    const struct ledger_grant *g;
    for (; grants && (g = ledger_next_record(&cursor)) != NULL; grants--) {
        struct process_image *image = processes_find(processes, cursor.block);
        if (!image)
            continue;
        struct summary_thread thread = describe(image, g, image->threads++);
        image->had_main |= g->had_main == LEDGER_HAD_MAIN;
        s->time.wall_ns = cost_sum(s->time.wall_ns, thread.time.wall_ns);
        if (s->thread_count < SUMMARY_THREADS)
            s->threads_listed[s->thread_count++] = thread;
    }
    for (size_t i = 0; i < processes->count; i++) {
        const struct process_image *image = &processes->images[i];
        if (!image->had_main)
            s->time.wall_ns = cost_sum(s->time.wall_ns, since(image->record->start_monotonic_ns, processes_end_ns(image)));
    }
}

static struct summary_thread *find_thread(const struct summary *s, uint32_t image, uint32_t number)
{
    for (size_t i = 0; i < s->thread_count; i++)
        if (s->threads_listed[i].image == image && s->threads_listed[i].number == number)
            return &s->threads_listed[i];
    return NULL;
}

static void add(struct summary_time *time, const struct ledger_counts *counts, uint32_t call_ns)
{
    uint64_t shim_ns;
    if (__builtin_mul_overflow(counts->calls, (uint64_t)call_ns, &shim_ns))
        shim_ns = UINT64_MAX;
    time->blas_ns = cost_sum(time->blas_ns, counts->elapsed_ns);
    time->timed_flops = wide_sum(time->timed_flops, counts->timed_flops);
    time->shim_ns = cost_sum(time->shim_ns, shim_ns);
}

static void add_calls(const struct ledger_view *view, const struct process_table *processes, struct summary *s)
{
    struct ledger_cursor cursor = {.view = view, .kind = LEDGER_TALLIES};
    const struct ledger_block *block = NULL;
    const struct process_image *image = NULL;
    struct summary_thread *thread = NULL;
    const struct ledger_tally *tally;
    while ((tally = ledger_next_record(&cursor)) != NULL) {
        struct ledger_counts counts;
        if (cursor.block != block) {
            block = cursor.block;
            image = processes_find(processes, block);
            thread = image ? find_thread(s, image->offset, block->owner) : NULL;
        }
        ledger_tally_read(tally, &counts);
        if (tally->accuracy & LEDGER_FORGOTTEN || !image)
            continue;
        add(&s->time, &counts, image->record->call_ns);
        if (!thread)
            continue;
        add(&thread->time, &counts, image->record->call_ns);
        thread->flops_used = wide_sum(thread->flops_used, counts.flops);
        thread->calls = cost_sum(thread->calls, counts.calls);
    }
}

void time_summarise(const struct ledger_view *view, const struct process_table *processes, size_t grants, struct summary *s)
{
    s->threads_listed = summary_alloc(s, time_arena(grants) - 16);
    list_threads(view, processes, grants, s);
    add_calls(view, processes, s);
}

uint64_t time_of_context(const struct ledger_account *account, uint64_t end_ns)
{
    return account->opened_ns ? since(account->opened_ns, account->closed_ns ? account->closed_ns : end_ns) : 0;
}
