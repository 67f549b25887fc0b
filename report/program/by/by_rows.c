/* The rows that a summary has for each table (by.h). */
#include "by.h"
#include "cost.h"
#include "precisions.h"
#include "summary_callers.h"
#include "text_callers.h"
#include <stdio.h>

const struct by_columns by_columns[BY_KINDS] = {
    [BY_NAMESPACE] = {"namespace", NULL, NULL},        [BY_ROUTINE] = {"routine", NULL, NULL},
    [BY_PROCESS] = {"program", "process", "(others)"}, [BY_CALLER] = {"caller", "place", "(others)"},
    [BY_SHAPE] = {"routine", "shape", "(others)"},     [BY_PRECISION] = {"precision", NULL, NULL},
};

static void add_namespaces(struct by_report *report, struct by_table *table, const struct summary *s)
{
    for (size_t i = 0; i < s->namespace_count; i++)
        by_count(report, table, s->namespaces[i].name, "", s->namespaces[i].self.flops_used, s->namespaces[i].self.calls);
}

static void add_routines(struct by_report *report, struct by_table *table, const struct summary *s)
{
    for (size_t i = 0; i < s->operation_count; i++)
        by_count(report, table, s->operations[i].name, "", s->operations[i].flop_cost, s->operations[i].calls);
}

/* A summary of an earlier version lists no processes. */
static void add_processes(struct by_report *report, struct by_table *table, const struct summary *s)
{
    wide flops = 0;
    uint64_t calls = 0;
    char detail[320];
    for (size_t i = 0; i < s->process_count; i++) {
        const struct summary_process *process = &s->processes[i];
        snprintf(detail, sizeof detail, "%u%s%.255s", process->pid, *s->host ? "@" : "", s->host);
        by_count(report, table, process->program, detail, process->flops_used, process->calls);
        flops += process->flops_used;
        calls += process->calls;
    }
    if (flops <= s->flops_used && calls <= s->calls)
        by_count(report, table, s->program, NULL, s->flops_used - flops, s->calls - calls);
}

static void add_caller(struct by_report *report, struct by_table *table, const struct callers_use *use)
{
    struct out label = {0};
    text_put_caller(&label, use->caller);
    out_bytes(&label, "", 1);
    if (label.failed)
        report->failed = true;
    else
        by_count(report, table, label.data, *use->caller->object ? use->caller->object : use->caller->file, use->flop_cost,
                 use->calls);
    out_free(&label);
}

/* The last row: of shapes and callers that were not kept, and of deductions, which have none. */
static void add_callers(struct by_report *report, struct by_table *table, const struct summary *s)
{
    struct callers callers;
    wide flops = 0;
    uint64_t calls = 0;
    if (!summary_has_callers(s))
        return;
    if (!callers_open(&callers, s)) {
        report->failed = true;
        return;
    }
    for (size_t i = 0; i < callers.count; i++) {
        add_caller(report, table, &callers.uses[i]);
        flops += callers.uses[i].flop_cost;
        calls += callers.uses[i].calls;
    }
    callers_close(&callers);
    if (flops <= s->flops_used && calls <= s->calls)
        by_count(report, table, "", NULL, s->flops_used - flops, s->calls - calls);
}

static void add_shapes(struct by_report *report, struct by_table *table, const struct summary *s)
{
    for (size_t i = 0; i < s->operation_count; i++) {
        const struct summary_operation *operation = &s->operations[i];
        struct summary_use others = summary_others(operation, &operation->shapes);
        for (size_t j = 0; j < operation->shapes.count; j++) {
            const struct summary_shape *shape = &operation->shapes.rows[j];
            by_count(report, table, operation->name, shape->text, shape->flop_cost, shape->calls);
        }
        by_count(report, table, operation->name, NULL, others.flops_used, others.calls);
    }
}

static void add_precisions(struct by_report *report, struct by_table *table, const struct summary *s)
{
    struct summary_use uses[COST_PRECISIONS] = {{0}};
    precisions_add_up(s, uses);
    for (int i = 0; i < COST_PRECISIONS; i++)
        by_count(report, table, cost_precision_name((enum cost_precision)i), "", uses[i].flops_used, uses[i].calls);
}

void by_add_rows(struct by_report *report, struct by_table *table, const struct summary *s)
{
    static void (*const add[BY_KINDS])(struct by_report *, struct by_table *, const struct summary *) = {
        [BY_NAMESPACE] = add_namespaces, [BY_ROUTINE] = add_routines, [BY_PROCESS] = add_processes,
        [BY_CALLER] = add_callers,       [BY_SHAPE] = add_shapes,     [BY_PRECISION] = add_precisions,
    };
    add[table->kind](report, table, s);
}
