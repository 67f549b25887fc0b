/* Makes the part of a summary that stands in process records. The root is the first one; where a process replaced its image,
 * its records are a chain of one pid and start time, which begins with the first image and ends with the last. */
#include "summary_processes.h"
#include "cost.h"
#include "ledger.h"
#include "ledger_alive.h"
#include "ledger_read.h"
#include "ledger_self.h"
#include "order.h"
#include <string.h>
#include <time.h>

#define UNCOVERED_LINES 256
#define UNCOVERED_BYTES ((size_t)32 << 10)

static int by_identity(const void *left, const void *right, const void *context)
{
    const struct process_image *a = *(struct process_image *const *)left;
    const struct process_image *b = *(struct process_image *const *)right;
    (void)context;
    if (a->record->pid != b->record->pid)
        return a->record->pid < b->record->pid ? -1 : 1;
    if (a->record->start_ticks != b->record->start_ticks)
        return a->record->start_ticks < b->record->start_ticks ? -1 : 1;
    return (a > b) - (a < b);
}

static bool is_same_process(const struct process_image *a, const struct process_image *b)
{
    return a->record->pid == b->record->pid && a->record->start_ticks == b->record->start_ticks;
}

size_t processes_scratch(size_t records)
{
    return records * (sizeof(struct process_image) + sizeof(struct process_image *));
}

static void find_living(struct process_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        table->by_identity[i] = &table->images[i];
    order_sort(table->by_identity, table->count, sizeof *table->by_identity, by_identity, NULL);
    for (size_t i = 0; i < table->count; i++) {
        struct process_image *image = table->by_identity[i];
        image->superseded = i + 1 < table->count && is_same_process(image, table->by_identity[i + 1]);
        image->alive = !image->superseded && image->record->end_reason == LEDGER_END_UNKNOWN &&
                       ledger_process_lives(table->view->header, image->record);
    }
}

static size_t uncovered_bytes(const struct process_table *table)
{
    size_t bytes = 1;
    for (size_t i = 0; i < table->count && bytes < UNCOVERED_BYTES; i++)
        bytes += strlen(ledger_string(table->view, table->images[i].record->uncovered)) + 2;
    return bytes < UNCOVERED_BYTES ? bytes : UNCOVERED_BYTES;
}

void processes_collect(struct process_table *table, const struct ledger_view *view, void *scratch, size_t records)
{
    struct ledger_cursor cursor = {.view = view, .kind = LEDGER_PROCESSES};
    const struct ledger_process *record;
    *table = (struct process_table){.view = view, .images = scratch};
    table->by_identity = (struct process_image **)(table->images + records);
    while (table->count < records && (record = ledger_next_record(&cursor)) != NULL)
        table->images[table->count++] = (struct process_image){
            .record = record, .offset = (uint32_t)((const char *)record - (const char *)view->header)};
    find_living(table);
    table->uncovered_room = uncovered_bytes(table);
}

struct process_image *processes_find(const struct process_table *table, const struct ledger_block *block)
{
    size_t low = 0;
    size_t high = table->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (table->images[middle].offset < block->process)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < table->count && table->images[low].offset == block->process;
    return table->count ? &table->images[found ? low : 0] : NULL;
}

/* ---- one image ---- */

static const char *end_of(const struct process_image *image)
{
    static const char *const reasons[] = {"unknown", "exit", "exec", "signal", "exhausted"};
    uint32_t reason = image->record->end_reason <= LEDGER_END_EXHAUSTED ? image->record->end_reason : LEDGER_END_UNKNOWN;
    return reasons[reason == LEDGER_END_UNKNOWN && image->superseded ? LEDGER_END_EXEC : reason];
}

uint64_t processes_end_ns(const struct process_image *image)
{
    struct timespec now;
    if (image->record->end_monotonic_ns || !image->alive)
        return image->record->end_monotonic_ns;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static uint64_t wall_ns(const struct process_image *first, const struct process_image *last)
{
    uint64_t end_ns = processes_end_ns(last);
    return end_ns > first->record->start_monotonic_ns ? end_ns - first->record->start_monotonic_ns : 0;
}

static struct summary_process describe(const struct process_image *image)
{
    const struct ledger_process *record = image->record;
    return (struct summary_process){
        .pid = record->pid,
        .ppid = record->ppid,
        .exec_number = record->exec_number,
        .threads = record->threads,
        .program = record->program,
        .flops_used = image->flops_used,
        .calls = image->calls,
        .end_reason = end_of(image),
        .end_status = record->end_status,
        .running = image->alive,
        .start_realtime_ns = record->start_realtime_ns,
        .wall_ns = wall_ns(image, image),
    };
}

static bool is_worth_a_row(const struct process_image *image)
{
    const struct ledger_process *record = image->record;
    return image->calls || record->refused_calls || record->incomplete || record->dropped_calls || record->uncounted_calls;
}

/* ---- all together ---- */

/* The last image of the root's process. */
static const struct process_image *end_of_root(const struct process_table *table)
{
    const struct process_image *last = table->images;
    for (size_t i = 1; i < table->count; i++)
        if (is_same_process(table->images, &table->images[i]))
            last = &table->images[i];
    return last;
}

uint64_t processes_root_end_ns(const struct process_table *table)
{
    return table->count ? processes_end_ns(end_of_root(table)) : 0;
}

static void read_root(const struct process_table *table, const struct process_image *last, struct summary *s)
{
    const struct ledger_process *root = table->images->record;
    s->multiplier = root->multiplier;
    s->weights = root->weights;
    s->call_ns = root->call_ns;
    s->time_limit_ns = root->time_limit_ns;
    s->pid = root->pid;
    s->ppid = root->ppid;
    s->rank = root->ranks ? root->job_rank : root->rank;
    s->job = root->job;
    s->ranks = root->ranks;
    s->job_number = root->job_number;
    s->told = root->is_told;
    s->program = root->program;
    s->arguments = root->arguments;
    s->arguments_bytes = sizeof root->arguments;
    while (s->arguments_bytes && !s->arguments[s->arguments_bytes - 1])
        s->arguments_bytes--;
    s->arguments_bytes += s->arguments_bytes && s->arguments_bytes < sizeof root->arguments;
    s->start_realtime_ns = root->start_realtime_ns;
    s->start_monotonic_ns = root->start_monotonic_ns;
    s->wall_ns = wall_ns(table->images, last);
    s->running = last->alive;
}

static void add_refused(const struct ledger_view *view, const struct ledger_process *record, const char *filter,
                        const struct ledger_process **last, struct summary *s)
{
    const char *namespace_ = ledger_string(view, record->refused_namespace);
    if (!record->refused_calls || (filter && !summary_is_within(namespace_, filter)))
        return;
    s->refused_calls = cost_sum(s->refused_calls, record->refused_calls);
    if (*last && (*last)->refused_at > record->refused_at)
        return;
    *last = record;
    s->refused_cost = record->refused_cost;
    s->refused_remaining = record->refused_remaining;
    s->refused_elapsed_ns = record->refused_elapsed_ns;
    s->refused_limit_ns = record->refused_limit_ns;
    s->refused_operation = ledger_string(view, record->refused_name);
    s->refused_namespace = namespace_;
}

static void add_up(const struct process_table *table, const char *filter, struct summary *s)
{
    const struct ledger_process *last_refused = NULL;
    for (size_t i = 0; i < table->count; i++) {
        const struct ledger_process *record = table->images[i].record;
        s->incomplete |= record->incomplete;
        s->dropped_calls = cost_sum(s->dropped_calls, record->dropped_calls);
        s->uncounted_calls = cost_sum(s->uncounted_calls, record->uncounted_calls);
        s->unclosed_calls = cost_sum(s->unclosed_calls, record->unclosed_calls);
        uint64_t threads = (uint64_t)s->threads + record->threads;
        s->threads = threads < UINT32_MAX ? (uint32_t)threads : UINT32_MAX;
        s->processes_alive += table->images[i].alive;
        add_refused(table->view, record, filter, &last_refused, s);
    }
}

static void list(const struct process_table *table, const struct process_image *last, struct summary *s)
{
    for (size_t i = 0; i < table->count; i++) {
        const struct process_image *image = &table->images[i];
        if (i && image != last && !is_worth_a_row(image))
            continue;
        if (image == last)
            s->root_end = s->process_count;
        s->processes[s->process_count++] = describe(image);
    }
}

/* ---- what could not be seen ---- */

struct lines {
    const char *begin[UNCOVERED_LINES];
    size_t length[UNCOVERED_LINES];
    size_t count;
    char *text;
    size_t used;
    size_t room;
};

static void add_line(struct lines *lines, const char *line, size_t length)
{
    for (size_t i = 0; i < lines->count; i++)
        if (lines->length[i] == length && memcmp(lines->begin[i], line, length) == 0)
            return;
    if (lines->count == UNCOVERED_LINES || length + 2 > lines->room - lines->used)
        return;
    lines->begin[lines->count] = &lines->text[lines->used];
    lines->length[lines->count++] = length;
    memcpy(&lines->text[lines->used], line, length);
    lines->used += length;
    lines->text[lines->used++] = '\n';
}

/* Each line once, in order of the records; not more than fit. */
static void read_uncovered(const struct process_table *table, struct summary *s)
{
    struct lines lines = {.room = table->uncovered_room};
    lines.text = summary_alloc(s, lines.room);
    for (size_t i = 0; i < table->count; i++)
        for (const char *line = ledger_string(table->view, table->images[i].record->uncovered); *line;) {
            size_t length = strcspn(line, "\n");
            if (length)
                add_line(&lines, line, length);
            line += length + (line[length] != 0);
        }
    s->uncovered = lines.text;
}

size_t processes_arena(const struct process_table *table)
{
    return table->count * sizeof(struct summary_process) + table->uncovered_room;
}

void processes_summarise(const struct process_table *table, const char *filter, struct summary *s)
{
    s->refused_operation = s->refused_namespace = s->uncovered = s->program = s->arguments = "";
    s->multiplier = "1";
    s->weights = "";
    s->processes = summary_alloc(s, table->count * sizeof *s->processes);
    if (!table->count) {
        summary_set_end(s, "unknown", 0);
        return;
    }
    const struct process_image *last = end_of_root(table);
    read_root(table, last, s);
    add_up(table, filter, s);
    read_uncovered(table, s);
    list(table, last, s);
    summary_set_end(s, end_of(last), last->record->end_status);
}
