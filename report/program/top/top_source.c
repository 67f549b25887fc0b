/* A ledger is copied and checked as for a report; routines, namespaces and processes are those of its summary. Threads no
 * summary has: the tallies of a slot are added up, and the slot's owner is in the grant of the same number. */
#include "top_source.h"
#include "cost.h"
#include "ledger_load.h"
#include "ledger_walk.h"
#include "path.h"
#include "summary.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void name_row(struct top_row *row, const char *name)
{
    snprintf(row->name, sizeof row->name, "%s", name);
}

static void add_routines(struct top_rows *rows, const struct summary *s)
{
    for (size_t i = 0; i < s->operation_count; i++) {
        const struct summary_operation *o = &s->operations[i];
        struct top_row *row = o->calls || o->flop_cost ? top_rows_add(rows) : NULL;
        if (!row)
            continue;
        name_row(row, o->name);
        row->flops = o->flop_cost;
        row->calls = o->calls;
        row->elapsed_ns = o->elapsed_ns;
    }
}

static void add_namespaces(struct top_rows *rows, const struct summary *s)
{
    for (size_t i = 0; i < s->namespace_count; i++) {
        const struct summary_namespace *n = &s->namespaces[i];
        struct top_row *row = top_rows_add(rows);
        if (!row)
            return;
        name_row(row, n->name);
        row->flops = n->self.flops_used;
        row->calls = n->self.calls;
        row->below_flops = n->total.flops_used;
        row->below_calls = n->total.calls;
        for (size_t o = 0; o < n->operation_count; o++)
            row->elapsed_ns = cost_sum(row->elapsed_ns, n->operations[o].elapsed_ns);
    }
}

/* ---- processes and threads ---- */

static void identify(struct top_row *row, const struct ledger_process *process)
{
    row->pid = process->pid;
    row->ppid = process->ppid;
    row->exec_number = process->exec_number;
    row->start_ticks = process->start_ticks;
    row->threads = process->threads;
}

static const struct ledger_process *record_of(const struct ledger_view *view, const struct summary_process *p)
{
    struct ledger_cursor cursor = {.view = view, .kind = LEDGER_PROCESSES};
    const struct ledger_process *record;
    while ((record = ledger_next_record(&cursor)) != NULL)
        if (record->pid == p->pid && record->exec_number == p->exec_number && record->start_realtime_ns == p->start_realtime_ns)
            break;
    return record;
}

/* The slots of a process's threads: one for each of its grants. */
static void add_threads(struct top_rows *rows, const struct ledger_view *view, const struct ledger_process *process,
                        bool running)
{
    struct ledger_cursor grants = {.view = view, .kind = LEDGER_GRANTS, .of_one = true, .process = process};
    struct ledger_cursor tallies = {.view = view, .kind = LEDGER_TALLIES, .of_one = true, .process = process};
    const struct ledger_grant *grant;
    const struct ledger_tally *tally;
    size_t first = rows->count;
    while ((grant = ledger_next_record(&grants)) != NULL) {
        struct top_row *row = top_rows_add(rows);
        if (!row)
            return;
        identify(row, process);
        name_row(row, path_base(process->program));
        row->slot = (uint32_t)(rows->count - first);
        row->tid = grant->tid;
        row->running = running && grant->tid;
    }
    while ((tally = ledger_next_record(&tallies)) != NULL) {
        struct ledger_counts counts;
        if (tallies.block->owner >= rows->count - first)
            continue;
        struct top_row *row = &rows->list[first + tallies.block->owner];
        ledger_tally_read(tally, &counts);
        row->flops = wide_sum(row->flops, counts.flops);
        row->calls = cost_sum(row->calls, counts.calls);
        row->elapsed_ns = cost_sum(row->elapsed_ns, counts.elapsed_ns);
    }
}

static void add_processes(struct top_source *source, const struct ledger_view *view, const struct summary *s)
{
    for (size_t i = 0; i < s->process_count; i++) {
        const struct summary_process *p = &s->processes[i];
        const struct ledger_process *record = record_of(view, p);
        struct top_row *row = top_rows_add(&source->tables[TOP_PROCESSES]);
        if (!row)
            return;
        if (record) {
            identify(row, record);
            size_t first = source->tables[TOP_THREADS].count;
            add_threads(&source->tables[TOP_THREADS], view, record, p->running);
            for (size_t t = first; t < source->tables[TOP_THREADS].count; t++)
                row->elapsed_ns = cost_sum(row->elapsed_ns, source->tables[TOP_THREADS].list[t].elapsed_ns);
        }
        name_row(row, path_base(p->program));
        row->pid = p->pid;
        row->ppid = p->ppid;
        row->threads = p->threads;
        row->running = p->running;
        row->flops = p->flops_used;
        row->calls = p->calls;
    }
}

static void take(struct top_source *source, const struct ledger_view *view, const struct summary *s)
{
    for (int tab = 0; tab < TOP_TABS; tab++)
        source->tables[tab].count = 0;
    add_routines(&source->tables[TOP_ROUTINES], s);
    add_namespaces(&source->tables[TOP_NAMESPACES], s);
    add_processes(source, view, s);
    source->nonce = view->header->nonce;
    source->has_budget = s->has_budget;
    source->budget = s->flop_budget;
    source->used = s->flops_used;
    source->calls = s->calls;
    source->refused = s->refused_calls;
    source->processes_alive = s->processes_alive;
    source->running = s->processes_alive > 0;
}

bool top_source_read(struct top_source *source, const char **why)
{
    struct ledger_view view;
    struct summary summary;
    *why = NULL;
    if (ledger_load(source->path, &view, why) < 0) {
        *why = *why ? *why : strerror(errno);
        return false;
    }
    bool made = summary_from_ledger(&view, NULL, &summary) == 0;
    if (made) {
        take(source, &view, &summary);
        summary_free(&summary);
    }
    ledger_unload(&view);
    *why = made ? NULL : "out of memory";
    return made;
}

void top_source_free(struct top_source *source)
{
    for (int tab = 0; tab < TOP_TABS; tab++)
        top_rows_free(&source->tables[tab]);
    free(source->path);
    *source = (struct top_source){0};
}
