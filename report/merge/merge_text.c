/* A merge as tables for people: the sums, how evenly they are spread over the processes, and what is missing. */
#include "merge_sums.h"
#include "path.h"
#include "text_rows.h"
#include <stdio.h>
#include <string.h>

#define TITLE "flopshim FLOP Merge"

enum { NAME = 28, NUMBER = 18, SHOWN = 40, SHOWN_HOSTS = 20, SHOWN_MEMBERS = 10, SHOWN_ROUTINES = 8, SHOWN_SHAPES = 5 };

/* What `put` wrote since `start`, pushed to the right edge of a column. */
static void align(struct out *out, size_t start, size_t width)
{
    char text[128];
    size_t length = out->length - start;
    if (out->failed || length >= width || length > sizeof text)
        return;
    memcpy(text, out->data + start, length);
    out->length = start;
    text_put_blanks(out, width - length);
    out_bytes(out, text, length);
}

static void put_wide(struct out *out, wide value)
{
    size_t start = out->length;
    merge_put_wide(out, value, true);
    align(out, start, NUMBER);
}

static void put_name(struct out *out, const char *first, const char *between, const char *second)
{
    size_t width = text_width(first) + strlen(between) + text_width(second);
    out_text(out, "    ");
    text_put_name(out, first);
    out_text(out, between);
    text_put_name(out, second);
    text_put_blanks(out, width < NAME ? NAME - width : 0);
}

static void put_count(struct out *out, wide count, const char *one, const char *many)
{
    merge_put_wide(out, count, true);
    out_text(out, count == 1 ? one : many);
}

static void put_share(struct out *out, wide part, wide whole)
{
    wide tenths = out_tenths(part, whole);
    out_text(out, "  (");
    merge_put_wide(out, tenths / 10, false);
    out_text(out, ".");
    out_number(out, (uint64_t)(tenths % 10));
    out_text(out, "%)");
}

static void put_rows(struct out *out, const char *heading, const struct merge_sums *sums, const struct merge_row *rows,
                     size_t count)
{
    text_put_heading(out, heading);
    for (size_t i = 0; i < count && i < SHOWN; i++) {
        const struct merge_row *row = &rows[i];
        const char *name_space = row->name_space && !*row->name_space ? "(unlabelled)" : row->name_space;
        put_name(out, row->routine, name_space ? " in " : "", name_space ? name_space : "");
        put_wide(out, row->flop_cost);
        put_share(out, row->flop_cost, sums->spreads[MERGE_FLOPS].sum);
        out_text(out, "  [");
        put_count(out, row->calls, " call, ", " calls, ");
        put_count(out, row->members, " process]\n", " processes]\n");
    }
    if (count > SHOWN) {
        out_text(out, "    (");
        put_count(out, count - SHOWN, " more)\n", " more: --format json has all)\n");
    }
}

static void put_shape_use(struct out *out, const struct merge_sums *sums, const char *routine, wide flop_cost, wide calls)
{
    put_name(out, routine, "", "");
    put_wide(out, flop_cost);
    put_share(out, flop_cost, sums->spreads[MERGE_FLOPS].sum);
    out_text(out, "  [");
    put_count(out, calls, " call]  ", " calls]  ");
}

static void put_shape(struct out *out, const struct merge_sums *sums, const struct merge_shape *row)
{
    put_shape_use(out, sums, row->routine, row->flop_cost, row->calls);
    if (row->shape) {
        text_put_name(out, *row->shape ? row->shape : "(no dimensions)");
        out_text(out, "\n");
        return;
    }
    out_text(out, "(others, each at most ");
    put_count(out, row->error_calls, " call and ", " calls and ");
    put_count(out, row->error_flops, " FLOP)\n", " FLOPs)\n");
}

/* The rows of one routine, from `first` on: those with the most FLOPs, what the next ones add up to, and the others. Returns
 * the place behind them. */
static size_t put_routine_shapes(struct out *out, const struct merge_sums *sums, size_t first)
{
    const struct merge_shape *rows = sums->shapes;
    wide flop_cost = 0, calls = 0;
    size_t i = first;
    for (; i < sums->shape_count && rows[i].routine == rows[first].routine && rows[i].shape; i++) {
        if (i < first + SHOWN_SHAPES) {
            put_shape(out, sums, &rows[i]);
            continue;
        }
        flop_cost += rows[i].flop_cost;
        calls += rows[i].calls;
    }
    if (i > first + SHOWN_SHAPES) {
        put_shape_use(out, sums, rows[first].routine, flop_cost, calls);
        out_text(out, "(");
        put_count(out, i - first - SHOWN_SHAPES, " shape more)\n", " shapes more)\n");
    }
    if (i < sums->shape_count && rows[i].routine == rows[first].routine)
        put_shape(out, sums, &rows[i++]);
    return i;
}

static void put_shapes(struct out *out, const struct merge_sums *sums)
{
    if (!sums->shape_count)
        return;
    text_put_heading(out, "Top shapes:\n");
    for (size_t i = 0, routines = 0; i < sums->shape_count && routines < SHOWN_ROUTINES; routines++)
        i = put_routine_shapes(out, sums, i);
}

static void put_whose(struct out *out, const struct member *member)
{
    if (member->rank != MEMBER_NO_RANK) {
        out_text(out, "rank ");
        out_number(out, (uint64_t)member->rank);
        out_text(out, ", ");
    }
    text_put_name(out, path_base(member->program));
    out_text(out, " (pid ");
    out_number(out, member->pid);
    out_text(out, ") on ");
    text_put_name(out, *member->host ? member->host : "an unknown host");
}

/* Times in seconds, to the millisecond. */
static void put_value(struct out *out, wide value, enum merge_number number)
{
    bool is_time = merge_is_time(number);
    out_text(out, text_grouped_width(value) >= NUMBER && !is_time ? "  " : "");
    size_t start = out->length;
    merge_put_wide(out, is_time ? value / 1000000000 : value, true);
    if (is_time) {
        out_text(out, ".");
        out_padded(out, (uint64_t)(value % 1000000000 / 1000000), 3);
        out_text(out, " s");
    }
    align(out, start, NUMBER);
}

static void put_spread(struct out *out, const struct merge_sums *sums, enum merge_number number)
{
    static const char *const names[MERGE_NUMBERS] = {"FLOPs", "Calls", "Time in BLAS", "Time outside", "Wall time"};
    const struct merge_spread *spread = &sums->spreads[number];
    size_t count = spread->members;
    if (!spread->sum)
        return;
    put_name(out, names[number], "", "");
    put_value(out, spread->min, number);
    put_value(out, (2 * spread->sum + count) / (2 * count), number);
    put_value(out, spread->max, number);
    put_value(out, (wide)(spread->deviation + 0.5), number);
    size_t start = out->length;
    merge_put_mean(out, (wide)spread->max * count * 1000 / spread->sum, 1000, true);
    align(out, start, 12);
    out_text(out, "\n");
}

static void put_extremes(struct out *out, const struct merge_spread *spread, const char *most, const char *least)
{
    if (!spread->members)
        return;
    out_text(out, most);
    put_whose(out, spread->max_at);
    out_text(out, least);
    put_whose(out, spread->min_at);
    out_text(out, "\n");
}

static void put_spreads(struct out *out, const struct merge_sums *sums)
{
    static const char *const columns[] = {"min", "mean", "max", "stddev"};
    size_t start = out->length + 1;
    text_put_heading(out, "Over processes:");
    out_pad(out, start, NAME + 4);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        size_t at = out->length;
        out_text(out, columns[i]);
        align(out, at, NUMBER);
    }
    out_text(out, "    max/mean\n");
    for (int number = 0; number < MERGE_NUMBERS; number++)
        put_spread(out, sums, (enum merge_number)number);
    put_extremes(out, &sums->spreads[MERGE_FLOPS], "    most FLOPs: ", "\n    fewest: ");
    if (sums->spreads[MERGE_BLAS_NS].sum)
        put_extremes(out, &sums->spreads[MERGE_BLAS_NS], "    most time in BLAS: ", "\n    least: ");
    put_extremes(out, &sums->spreads[MERGE_OUTSIDE_NS], "    most time outside: ", "\n    least: ");
}

static void put_hosts(struct out *out, const struct merge_sums *sums)
{
    text_put_heading(out, "By host:\n");
    for (size_t i = 0; i < sums->host_count && i < SHOWN_HOSTS; i++) {
        const struct merge_host *host = &sums->hosts[i];
        put_name(out, *host->host ? host->host : "(unknown)", "", "");
        put_wide(out, host->flops_used);
        put_share(out, host->flops_used, sums->spreads[MERGE_FLOPS].sum);
        out_text(out, "  [");
        put_count(out, host->members, " process]\n", " processes]\n");
    }
    if (sums->host_count > SHOWN_HOSTS) {
        out_text(out, "    (");
        put_count(out, sums->host_count - SHOWN_HOSTS, " more)\n", " more)\n");
    }
}

static void put_missing(struct out *out, const struct merge_sums *sums)
{
    struct out ranks = {0};
    size_t missing = merge_put_missing(sums, &ranks);
    if (missing) {
        text_put_heading(out, "Missing ranks: ");
        out_bytes(out, ranks.data, ranks.length);
        out_text(out, "\n");
    }
    out->failed |= ranks.failed;
    out_free(&ranks);
}

static void put_incomplete(struct out *out, const struct merge_sums *sums)
{
    const struct members *m = sums->members;
    size_t shown = 0;
    if (!sums->incomplete)
        return;
    text_put_heading(out, "Incomplete: ");
    put_count(out, sums->incomplete, " process\n", " processes\n");
    for (size_t i = 0; i < m->count && shown < SHOWN_MEMBERS; i++) {
        if (m->list[i].complete)
            continue;
        out_text(out, "    ");
        put_whose(out, &m->list[i]);
        out_text(out, "\n");
        shown++;
    }
}

static void put_uncovered(struct out *out, const struct members *m)
{
    size_t count = 0;
    for (size_t i = 0; i < m->count; i++)
        count += *m->list[i].uncovered != 0;
    if (!count)
        return;
    text_put_heading(out, "Not covered: in ");
    put_count(out, count, " process", " processes");
    out_text(out, " something could not be seen: --format json names it\n");
}

static void put_budget(struct out *out, const struct merge_job *job)
{
    if (!job->has_budget)
        return;
    out_text(out, "  ");
    merge_put_remaining(job, out, true);
    out_text(out, " FLOPs left of the job's budget of ");
    merge_put_wide(out, job->flop_budget, true);
    out_text(out, "\n");
}

void merge_text(const struct merge_sums *sums, struct merge_sink *sink)
{
    struct out *out = &sink->out;
    const struct members *m = sums->members;
    out_text(out, TITLE "\n===================\n  ");
    put_count(out, m->count, " process on ", " processes on ");
    put_count(out, sums->host_count, " host\n  ", " hosts\n  ");
    put_count(out, sums->spreads[MERGE_FLOPS].sum, " FLOP", " FLOPs");
    out_text(out, sums->saturated ? " or more in " : " in ");
    put_count(out, sums->spreads[MERGE_CALLS].sum, " call\n", " calls\n");
    if (sums->refused_calls) {
        out_text(out, "  ");
        put_count(out, sums->refused_calls, " call was refused\n", " calls were refused\n");
    }
    put_budget(out, &sums->job);
    put_rows(out, "By operation:\n", sums, sums->routines, sums->routine_count);
    bool labelled = false;
    for (size_t i = 0; i < sums->namespace_count; i++)
        labelled |= *sums->namespaces[i].name_space != 0;
    if (labelled)
        put_rows(out, "By namespace (self) and operation:\n", sums, sums->namespaces, sums->namespace_count);
    put_shapes(out, sums);
    put_spreads(out, sums);
    put_hosts(out, sums);
    put_missing(out, sums);
    put_incomplete(out, sums);
    put_uncovered(out, m);
}
