/* Where time went (text_times.h): of all threads together, by namespace, by operation. */
#include "text_times.h"
#include "cost.h"
#include "order.h"
#include "text_rows.h"
#include <string.h>

#define NAMESPACES 20

static int by_time(const void *left, const void *right, const void *context)
{
    const struct summary_operation *a = *(const void *const *)left;
    const struct summary_operation *b = *(const void *const *)right;
    (void)context;
    int order = text_descending(a->elapsed_ns, b->elapsed_ns);
    return order ? order : (a > b) - (a < b);
}

static void put_seconds(struct out *out, const char *name, uint64_t ns, const struct text_columns *columns)
{
    uint64_t microseconds = ns / 1000 + (ns % 1000 >= 500);
    size_t width = strlen("0.000000 s");
    for (uint64_t seconds = microseconds / 10000000; seconds; seconds /= 10)
        width++;
    text_put_row_name(out, name, columns);
    text_put_blanks(out, columns->number > width ? columns->number - width : 0);
    out_decimal(out, microseconds, 6);
    out_text(out, " s");
}

static void put_rate(struct out *out, wide flops, uint64_t ns)
{
    out_text(out, "  [");
    out_decimal(out, (flops * 200 + ns) / ((wide)ns * 2), 2);
    out_text(out, " GFLOP/s]");
}

static void put_time(struct out *out, const struct summary_operation *operation, uint64_t total_ns,
                     const struct text_columns *columns)
{
    put_seconds(out, operation->name, operation->elapsed_ns, columns);
    text_put_share(out, operation->elapsed_ns, total_ns);
    put_rate(out, operation->timed_flops, operation->elapsed_ns);
    out_text(out, "\n");
}

static void put_operations(struct out *out, const struct summary *s)
{
    struct text_ranking ranking;
    struct text_columns columns = {TEXT_NAME_WIDTH, TEXT_NUMBER_WIDTH};
    uint64_t total_ns = 0;
    wide timed_flops = 0;
    if (!text_ranking_open(&ranking, s->operation_count)) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < s->operation_count; i++) {
        const struct summary_operation *operation = &s->operations[i];
        if (!operation->elapsed_ns)
            continue;
        ranking.rows[ranking.count++] = operation;
        total_ns = cost_sum(total_ns, operation->elapsed_ns);
        timed_flops = wide_sum(timed_flops, operation->timed_flops);
        columns.name = text_larger(columns.name, text_width(operation->name));
    }
    order_sort(ranking.rows, ranking.count, sizeof *ranking.rows, by_time, NULL);
    if (ranking.count) {
        text_put_heading(out, "Time by operation");
        if (timed_flops < s->flops_used) {
            out_text(out, " (of calls with ");
            out_percent(out, timed_flops, s->flops_used);
            out_text(out, "% of the FLOPs)");
        }
        out_text(out, ":\n");
    }
    for (size_t i = 0; i < ranking.count; i++)
        put_time(out, ranking.rows[i], total_ns, &columns);
    text_ranking_close(&ranking);
}

static void put_part(struct out *out, const char *name, uint64_t ns, uint64_t whole_ns, const char *note)
{
    const struct text_columns columns = {TEXT_NAME_WIDTH, TEXT_NUMBER_WIDTH};
    put_seconds(out, name, ns, &columns);
    text_put_share(out, ns, whole_ns);
    out_text(out, note);
}

/* What is not timed, of short calls, is outside. */
static void put_whole(struct out *out, const struct summary *s)
{
    const struct text_columns columns = {TEXT_NAME_WIDTH, TEXT_NUMBER_WIDTH};
    uint64_t outside_ns;
    if (!s->time.blas_ns || !summary_outside(&s->time, &outside_ns))
        return;
    text_put_heading(out, "Time");
    if (s->thread_count > 1) {
        out_text(out, " (of all threads together)");
    }
    out_text(out, ":\n");
    put_seconds(out, "wall", s->time.wall_ns, &columns);
    out_text(out, "\n");
    put_part(out, "in BLAS", s->time.blas_ns, s->time.wall_ns, "");
    put_rate(out, s->time.timed_flops, s->time.blas_ns);
    out_text(out, "\n");
    put_part(out, "in flopshim", s->time.shim_ns, s->time.wall_ns, "  (estimated)\n");
    put_part(out, "outside", outside_ns, s->time.wall_ns,
             s->time.timed_flops < s->flops_used ? "  (and in short calls)\n" : "\n");
}

static int by_namespace_time(const void *left, const void *right, const void *context)
{
    const struct summary_namespace *a = *(const void *const *)left;
    const struct summary_namespace *b = *(const void *const *)right;
    (void)context;
    int order = text_descending(a->time.blas_ns, b->time.blas_ns);
    return order ? order : (a > b) - (a < b);
}

static void put_namespace(struct out *out, const struct summary_namespace *ns, const struct text_columns *columns)
{
    put_seconds(out, *ns->name ? ns->name : "(unlabelled)", ns->time.blas_ns, columns);
    put_rate(out, ns->time.timed_flops, ns->time.blas_ns);
    if (ns->time.wall_ns) {
        out_text(out, "  of ");
        out_decimal(out, ns->time.wall_ns / 1000, 6);
        out_text(out, " s open");
    }
    out_text(out, "\n");
}

/* Where there are several. */
static void put_namespaces(struct out *out, const struct summary *s)
{
    struct text_ranking ranking;
    struct text_columns columns = {TEXT_NAME_WIDTH, TEXT_NUMBER_WIDTH};
    if (summary_only_namespace(s) && !summary_only_namespace(s)->time.wall_ns)
        return;
    if (!text_ranking_open(&ranking, s->namespace_count)) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < s->namespace_count; i++)
        if (s->namespaces[i].time.blas_ns) {
            ranking.rows[ranking.count++] = &s->namespaces[i];
            columns.name = text_larger(columns.name, text_width(s->namespaces[i].name));
        }
    order_sort(ranking.rows, ranking.count, sizeof *ranking.rows, by_namespace_time, NULL);
    if (ranking.count)
        text_put_heading(out, "Time in BLAS by namespace:\n");
    for (size_t i = 0; i < ranking.count && i < NAMESPACES; i++)
        put_namespace(out, ranking.rows[i], &columns);
    text_ranking_close(&ranking);
}

void text_times(const struct summary *s, struct out *out)
{
    put_whole(out, s);
    put_namespaces(out, s);
    put_operations(out, s);
}
