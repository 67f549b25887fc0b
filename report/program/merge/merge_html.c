/* A merge as an HTML page: the views of a summary, of a model in which the members are the processes. It has 64 bits: what is
 * more stands at their end, and says so. */
#include "cost.h"
#include "html.h"
#include "merge_sums.h"
#include "path.h"
#include "summary_namespaces.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL_BYTES = 112, UNCOVERED_MOST = 50 };

struct model {
    struct summary summary;
    char (*labels)[LABEL_BYTES]; /* of processes */
    struct summary_shape *shapes;
    struct out uncovered;
    char title[64];
};

static struct summary_operation operation_of(const struct merge_row *row)
{
    return (struct summary_operation){.name = row->routine,
                                      .flop_cost = row->flop_cost,
                                      .calls = wide_narrow(row->calls),
                                      .elapsed_ns = wide_narrow(row->elapsed_ns),
                                      .timed_flops = row->timed_flops,
                                      .accuracy = row->accuracy};
}

/* Those of a routine come one behind the other, in the order of the routines. */
static bool add_shapes(struct model *model, const struct merge_sums *sums)
{
    struct summary *s = &model->summary;
    model->shapes = calloc(sums->shape_count + 1, sizeof *model->shapes);
    for (size_t i = 0, j = 0; model->shapes && i < s->operation_count; i++) {
        struct summary_histogram *shapes = &s->operations[i].shapes;
        *shapes = (struct summary_histogram){.recorded = sums->has_shapes, .rows = model->shapes + j};
        for (; j < sums->shape_count && sums->shapes[j].routine == s->operations[i].name; j++) {
            const struct merge_shape *row = &sums->shapes[j];
            shapes->error_calls = wide_narrow(row->error_calls);
            shapes->error_flops = row->error_flops;
            model->shapes[j] = (struct summary_shape){
                .text = row->shape, .calls = wide_narrow(row->calls), .flop_cost = row->flop_cost};
            shapes->count += row->shape != NULL;
        }
    }
    return model->shapes;
}

static bool add_operations(struct summary *s, const struct merge_sums *sums)
{
    s->operations = calloc(sums->routine_count + 1, sizeof *s->operations);
    for (; s->operations && s->operation_count < sums->routine_count; s->operation_count++) {
        struct summary_operation *operation = &s->operations[s->operation_count];
        *operation = operation_of(&sums->routines[s->operation_count]);
        operation->first_use = s->operation_count;
        wide *of_class = &s->accuracy_flops[operation->accuracy];
        *of_class = wide_sum(*of_class, operation->flop_cost);
    }
    return s->operations;
}

static int by_namespace(const void *left, const void *right)
{
    return strcmp(((const struct merge_row *)left)->name_space, ((const struct merge_row *)right)->name_space);
}

static void add_to_namespace(struct summary_namespace *ns, const struct merge_row *row)
{
    struct summary_operation *operation = &ns->operations[ns->operation_count++];
    *operation = operation_of(row);
    ns->self.flops_used = wide_sum(ns->self.flops_used, operation->flop_cost);
    ns->self.calls = cost_sum(ns->self.calls, operation->calls);
    ns->time.blas_ns = cost_sum(ns->time.blas_ns, operation->elapsed_ns);
    ns->time.timed_flops = wide_sum(ns->time.timed_flops, operation->timed_flops);
}

/* The rows are sorted anew, after which each namespace's are one behind the other. */
static bool add_namespaces(struct summary *s, const struct merge_sums *sums)
{
    const size_t count = sums->namespace_count;
    struct merge_row *rows = calloc(count + 1, sizeof *rows);
    struct summary_operation *operations = calloc(count + 1, sizeof *operations);
    s->namespaces = calloc(count + 1, sizeof *s->namespaces);
    if (!rows || !operations || !s->namespaces) {
        free(rows);
        free(operations);
        return false;
    }
    memcpy(rows, sums->namespaces, count * sizeof *rows);
    qsort(rows, count, sizeof *rows, by_namespace);
    for (size_t i = 0; i < count; i++) {
        if (!i || strcmp(rows[i].name_space, rows[i - 1].name_space) != 0)
            s->namespaces[s->namespace_count++] = (struct summary_namespace){
                .name = rows[i].name_space, .first_use = i, .operations = &operations[i]};
        add_to_namespace(&s->namespaces[s->namespace_count - 1], &rows[i]);
    }
    if (!count)
        free(operations);
    free(rows);
    namespaces_add_up(s);
    return true;
}

static void put_label(char *label, const struct member *member)
{
    char rank[32] = "";
    if (member->rank != MEMBER_NO_RANK)
        snprintf(rank, sizeof rank, "rank %lld, ", (long long)member->rank);
    snprintf(label, LABEL_BYTES, "%s%.40s%s%.40s", rank, path_base(member->program), *member->host ? " on " : "", member->host);
}

static bool add_processes(struct model *model, const struct members *m)
{
    struct summary *s = &model->summary;
    s->processes = calloc(m->count + 1, sizeof *s->processes);
    model->labels = calloc(m->count + 1, sizeof *model->labels);
    for (size_t i = 0; s->processes && model->labels && i < m->count; i++) {
        const struct member *member = &m->list[i];
        put_label(model->labels[i], member);
        s->processes[i] = (struct summary_process){.pid = member->pid,
                                                   .threads = member->threads,
                                                   .end_status = member->end_status,
                                                   .program = model->labels[i],
                                                   .end_reason = member->end_reason,
                                                   .flops_used = member->flops_used,
                                                   .calls = member->calls,
                                                   .start_realtime_ns = member->start_us * 1000,
                                                   .wall_ns = member->wall_ns};
        s->process_count++;
    }
    return s->process_count == m->count;
}

/* Texts are shared: the same pointer is the same text. */
static void add_uncovered(struct out *out, const struct members *m)
{
    const char *seen[UNCOVERED_MOST];
    size_t count = 0;
    for (size_t i = 0; i < m->count && count < UNCOVERED_MOST; i++) {
        const char *text = m->list[i].uncovered;
        size_t place = 0;
        while (place < count && seen[place] != text)
            place++;
        if (place < count || !*text)
            continue;
        seen[count++] = text;
        out_text(out, text);
        out_text(out, "\n");
    }
}

/* What is not in the numbers of a merge: lines, ended by a zero. */
static void put_uncovered(struct out *out, const struct merge_sums *sums)
{
    struct out missing = {0};
    if (sums->incomplete) {
        merge_put_wide(out, sums->incomplete, true);
        out_text(out, sums->incomplete == 1 ? " process is not complete\n" : " processes are not complete\n");
    }
    if (sums->refused_calls) {
        merge_put_wide(out, sums->refused_calls, true);
        out_text(out, sums->refused_calls == 1 ? " call was refused, and not made\n" : " calls were refused, and not made\n");
    }
    if (merge_put_missing(sums, &missing)) {
        out_text(out, "missing ranks: ");
        out_bytes(out, missing.data, missing.length);
        out_text(out, "\n");
    }
    out->failed |= missing.failed;
    out_free(&missing);
    add_uncovered(out, sums->members);
    out_bytes(out, "", 1);
}

static void set_totals(struct model *model, const struct merge_sums *sums)
{
    const struct members *m = sums->members;
    struct summary *s = &model->summary;
    snprintf(model->title, sizeof model->title, "%zu %s on %zu %s", m->count, m->count == 1 ? "process" : "processes",
             sums->host_count, sums->host_count == 1 ? "host" : "hosts");
    *s = (struct summary){.flops_used = sums->spreads[MERGE_FLOPS].sum,
                          .calls = wide_narrow(sums->spreads[MERGE_CALLS].sum),
                          .version = "",
                          .cost_model = m->cost_model,
                          .convention = m->convention,
                          .multiplier = m->multiplier,
                          .complete = !sums->incomplete,
                          .end_reason = "exit",
                          .host = "",
                          .program = model->title,
                          .arguments = "",
                          .wall_ns = wide_narrow(sums->spreads[MERGE_WALL_NS].max)};
    s->has_budget = sums->job.has_budget && sums->job.flops_used == sums->spreads[MERGE_FLOPS].sum;
    s->flop_budget = sums->job.flop_budget;
    s->incomplete = sums->saturated ? SUMMARY_SATURATED : 0;
    s->complete = s->complete && !s->incomplete;
    put_uncovered(&model->uncovered, sums);
    s->uncovered = model->uncovered.failed ? "" : model->uncovered.data;
}

static void free_model(struct model *model)
{
    struct summary *s = &model->summary;
    struct summary_operation *first = NULL; /* of all namespaces, in one piece */
    for (size_t i = 0; i < s->namespace_count; i++)
        if (!first || s->namespaces[i].operations < first)
            first = s->namespaces[i].operations;
    free(first);
    free(s->namespaces);
    free(model->shapes);
    free(s->operations);
    free(s->processes);
    free(model->labels);
    out_free(&model->uncovered);
}

void merge_html(const struct merge_sums *sums, struct merge_sink *sink)
{
    struct model model = {0};
    set_totals(&model, sums);
    bool good = !model.uncovered.failed && add_operations(&model.summary, sums) && add_shapes(&model, sums) &&
                add_namespaces(&model.summary, sums) && add_processes(&model, sums->members);
    const struct html_source source = {.summary = &model.summary, .path = "a merge", .is_merge = true};
    if (good)
        html_report(&source, NULL, &sink->out);
    sink->out.failed |= !good;
    free_model(&model);
}
