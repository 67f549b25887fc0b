/* A merge as JSON: sums first, then the members, each as a summary of its own on a line of its own, from which the merge of
 * merges starts again. Integers are exact, however long. */
#include "cost.h"
#include "instant.h"
#include "merge_sums.h"
#include "row_json.h"
#include <stdio.h>
#include <string.h>

static void put_wide(struct out *out, const char *key, wide value)
{
    out_text(out, key);
    merge_put_wide(out, value, false);
}

static void put_seconds(struct out *out, const char *key, wide elapsed_ns)
{
    out_text(out, key);
    merge_put_wide(out, elapsed_ns / 1000000000, false);
    out_text(out, ".");
    out_padded(out, (uint64_t)(elapsed_ns % 1000000000), 9);
}

void merge_put_start(struct out *out, uint64_t start_us)
{
    struct instant at = instant_of(start_us * 1000);
    char text[64];
    snprintf(text, sizeof text, "%04u-%02u-%02uT%02u:%02u:%02u.%06uZ", (unsigned)at.year, at.month, at.day, at.hour, at.minute,
             at.second, at.nanosecond / 1000);
    out_text(out, text);
}

static void put_number_or_null(struct out *out, const char *key, bool is_known, wide value)
{
    out_text(out, key);
    if (is_known)
        merge_put_wide(out, value, false);
    else
        out_text(out, "null");
}

static void put_rank(struct out *out, const char *key, int64_t rank)
{
    put_number_or_null(out, key, rank != MEMBER_NO_RANK, (uint64_t)rank);
}

static void put_whose(struct out *out, const char *key, const struct member *member)
{
    put_rank(out, key, member->rank);
    row_text(out, ", \"host\": ", member->host);
    row_number(out, ", \"pid\": ", member->pid);
    out_text(out, "}");
}

static void put_spread(struct out *out, const struct merge_sums *sums, enum merge_number number)
{
    static const char *const keys[MERGE_NUMBERS] = {"flops_used", "calls", "blas_ns", "outside_ns", "wall_ns"};
    const struct merge_spread *spread = &sums->spreads[number];
    char text[64];
    row_text(out, number ? ",\n    " : "\n    ", keys[number]);
    if (!spread->members) {
        out_text(out, ": null");
        return;
    }
    row_number(out, ": {\"processes\": ", spread->members);
    row_number(out, ", \"min\": ", spread->min);
    row_number(out, ", \"max\": ", spread->max);
    out_text(out, ", \"mean\": ");
    merge_put_mean(out, spread->sum, spread->members, false);
    snprintf(text, sizeof text, ", \"stddev\": %.9g, \"imbalance\": ", spread->deviation);
    out_text(out, text);
    if (spread->sum)
        merge_put_mean(out, (wide)spread->max * spread->members * 1000 / spread->sum, 1000, false);
    else
        out_text(out, "null");
    put_whose(out, ", \"min_at\": {\"rank\": ", spread->min_at);
    put_whose(out, ", \"max_at\": {\"rank\": ", spread->max_at);
    out_text(out, "}");
}

static void put_rows(struct out *out, const char *key, const struct merge_row *rows, size_t count)
{
    out_text(out, key);
    for (size_t i = 0; i < count; i++) {
        const struct merge_row *row = &rows[i];
        out_text(out, i ? ",\n    {" : "\n    {");
        if (row->name_space) {
            row_text(out, "\"namespace\": ", row->name_space);
            out_text(out, ", ");
        }
        row_text(out, "\"routine\": ", row->routine);
        put_wide(out, ", \"flop_cost\": ", row->flop_cost);
        put_wide(out, ", \"calls\": ", row->calls);
        put_seconds(out, ", \"seconds\": ", row->elapsed_ns);
        put_wide(out, ", \"timed_flops\": ", row->timed_flops);
        row_text(out, ", \"accuracy\": ", cost_class_name((enum cost_class)row->accuracy));
        row_number(out, ", \"processes\": ", row->members);
        out_text(out, "}");
    }
    out_text(out, count ? "\n  ]" : "]");
}

static void put_shape(struct out *out, const struct merge_shape *row)
{
    row_text(out, "{\"routine\": ", row->routine);
    out_text(out, ", \"shape\": ");
    if (row->shape)
        out_quoted(out, row->shape, strlen(row->shape));
    else
        out_text(out, "null");
    put_wide(out, ", \"flop_cost\": ", row->flop_cost);
    put_wide(out, ", \"calls\": ", row->calls);
    put_wide(out, ", \"flop_cost_error\": ", row->error_flops);
    put_wide(out, ", \"calls_error\": ", row->error_calls);
    row_number(out, ", \"processes\": ", row->members);
    out_text(out, "}");
}

static void put_shapes(struct merge_sink *sink, const struct merge_sums *sums)
{
    struct out *out = &sink->out;
    out_text(out, ",\n  \"shapes\": [");
    for (size_t i = 0; i < sums->shape_count; i++) {
        out_text(out, i ? ",\n    " : "\n    ");
        put_shape(out, &sums->shapes[i]);
        sink_drain(sink);
    }
    out_text(out, sums->shape_count ? "\n  ]" : "]");
}

static void put_hosts(struct out *out, const struct merge_sums *sums)
{
    out_text(out, ",\n  \"hosts\": [");
    for (size_t i = 0; i < sums->host_count; i++) {
        const struct merge_host *host = &sums->hosts[i];
        row_text(out, i ? ",\n    {\"host\": " : "\n    {\"host\": ", host->host);
        row_number(out, ", \"processes\": ", host->members);
        put_wide(out, ", \"flops_used\": ", host->flops_used);
        put_wide(out, ", \"calls\": ", host->calls);
        put_wide(out, ", \"refused_calls\": ", host->refused_calls);
        put_seconds(out, ", \"blas_seconds\": ", host->blas_ns);
        row_number(out, ", \"incomplete_processes\": ", host->incomplete);
        out_text(out, "}");
    }
    out_text(out, "\n  ]");
}

/* As a summary has them, so that they are read back as such: a dimension is a number, an option a letter. */
static void put_dims(struct out *out, const char *text)
{
    const char *comma = "";
    for (size_t length; *text; text += length + (text[length] != 0)) {
        length = strcspn(text, " ");
        size_t name = strcspn(text, "= "), value = name + (name < length);
        bool is_number = length > value && text[length - 1] >= '0' && text[length - 1] <= '9';
        out_text(out, comma);
        out_quoted(out, text, name);
        out_text(out, is_number ? ": " : ": \"");
        out_bytes(out, text + value, length - value);
        out_text(out, is_number ? "" : "\"");
        comma = ", ";
    }
}

static void put_member_shapes(struct out *out, const struct member_use *use)
{
    uint64_t calls = use->calls;
    wide flop_cost = use->flop_cost;
    out_text(out, ", \"shapes\": [");
    for (size_t i = 0; i < use->shapes->count; i++) {
        const struct member_shape *row = &use->shapes->rows[i];
        out_text(out, i ? ", {\"dims\": {" : "{\"dims\": {");
        put_dims(out, row->text);
        row_number(out, "}, \"calls\": ", row->calls);
        row_number(out, ", \"flop_cost\": ", row->flop_cost);
        out_text(out, "}");
        calls -= row->calls;
        flop_cost -= row->flop_cost;
    }
    row_number(out, "], \"other_shapes\": {\"calls\": ", calls);
    row_number(out, ", \"flop_cost\": ", flop_cost);
    row_number(out, ", \"calls_error\": ", use->shapes->error_calls);
    row_number(out, ", \"flop_cost_error\": ", use->shapes->error_flops);
    out_text(out, "}");
}

static void put_use(struct out *out, const struct member_use *use)
{
    out_quoted(out, use->routine, strlen(use->routine));
    row_number(out, ": {\"flop_cost\": ", use->flop_cost);
    row_number(out, ", \"calls\": ", use->calls);
    put_seconds(out, ", \"seconds\": ", use->elapsed_ns);
    row_number(out, ", \"timed_flops\": ", use->timed_flops);
    row_text(out, ", \"accuracy\": ", cost_class_name((enum cost_class)use->accuracy));
    if (use->shapes)
        put_member_shapes(out, use);
    out_text(out, "}");
}

static void put_uses(struct out *out, const struct member *member)
{
    out_text(out, ", \"by_namespace\": {");
    for (size_t i = 0; i < member->use_count; i++) {
        const struct member_use *use = &member->uses[i];
        bool begins = !i || use->name_space != use[-1].name_space;
        out_text(out, !i ? "" : begins ? "}}, " : ", ");
        if (begins) {
            out_quoted(out, use->name_space, strlen(use->name_space));
            out_text(out, ": {\"operations\": {");
        }
        put_use(out, use);
    }
    out_text(out, member->use_count ? "}}}" : "}");
}

static void put_incomplete(struct out *out, unsigned incomplete)
{
    const char *comma = "";
    out_text(out, ", \"incomplete\": [");
    for (unsigned bit = 0; bit < SUMMARY_INCOMPLETE_NAMES; bit++)
        if (incomplete >> bit & 1) {
            row_text(out, comma, summary_incomplete_names[bit]);
            comma = ", ";
        }
    out_text(out, "]");
}

static void put_time(struct out *out, const struct member *member)
{
    uint64_t outside_ns;
    bool is_known = member_outside(member, &outside_ns);
    put_seconds(out, ", \"time\": {\"thread_seconds\": ", member->threads_ns);
    put_seconds(out, ", \"blas_seconds\": ", member->blas_ns);
    put_seconds(out, ", \"shim_seconds\": ", member->shim_ns);
    if (is_known)
        put_seconds(out, ", \"outside_seconds\": ", outside_ns);
    else
        out_text(out, ", \"outside_seconds\": null");
    out_text(out, "}");
}

/* As a summary, without its operations over all namespaces: they are the sum of those of the namespaces. */
static void put_member(struct out *out, const struct members *m, const struct member *member)
{
    row_number(out, "{\"schema_version\": ", SUMMARY_SCHEMA);
    put_rank(out, ", \"rank\": ", member->rank);
    row_text(out, ", \"cost_model\": ", m->cost_model);
    row_text(out, ", \"convention\": ", m->convention);
    out_text(out, ", \"flop_multiplier\": ");
    out_text(out, m->multiplier);
    row_text(out, ", \"scope\": ", member->is_tree ? "tree" : "process");
    put_number_or_null(out, ", \"flop_budget\": ", member->has_budget, member->flop_budget);
    row_number(out, ", \"flops_used\": ", member->flops_used);
    out_text(out, ", \"operations\": {}");
    put_uses(out, member);
    out_text(out, member->complete ? ", \"complete\": true" : ", \"complete\": false");
    row_text(out, ", \"end_reason\": ", member->end_reason);
    row_number(out, ", \"end_status\": ", member->end_status);
    put_incomplete(out, member->incomplete);
    row_number(out, ", \"refused\": {\"calls\": ", member->refused_calls);
    out_text(out, "}");
    put_time(out, member);
    row_number(out, ", \"process\": {\"pid\": ", member->pid);
    row_text(out, ", \"host\": ", member->host);
    row_text(out, ", \"job\": ", member->job);
    put_number_or_null(out, ", \"ranks\": ", member->ranks > 0, member->ranks);
    put_number_or_null(out, ", \"job_number\": ", member->ranks > 0, member->job_number);
    row_text(out, ", \"program\": ", member->program);
    out_text(out, ", \"start\": \"");
    merge_put_start(out, member->start_us);
    put_seconds(out, "\", \"wall_seconds\": ", member->wall_ns);
    row_number(out, ", \"threads\": ", member->threads);
    row_lines(out, "}, \"uncovered\": ", member->uncovered, strlen(member->uncovered));
    out_text(out, "}");
}

void merge_json(const struct merge_sums *sums, struct merge_sink *sink)
{
    const struct members *m = sums->members;
    struct out *out = &sink->out;
    struct out missing = {0};
    merge_put_missing(sums, &missing);
    row_number(out, MERGE_BEGIN, MERGE_SCHEMA);
    row_text(out, ",\n  \"cost_model\": ", m->cost_model);
    row_text(out, ",\n  \"convention\": ", m->convention);
    out_text(out, ",\n  \"flop_multiplier\": ");
    out_text(out, m->multiplier);
    row_number(out, ",\n  \"processes\": ", m->count);
    row_number(out, ",\n  \"incomplete_processes\": ", sums->incomplete);
    out_text(out, ",\n  \"missing_ranks\": ");
    out_quoted(out, missing.data ? missing.data : "", missing.length);
    put_number_or_null(out, ",\n  \"ranks\": ", sums->job.ranks > 0, sums->job.ranks);
    put_number_or_null(out, ",\n  \"flop_budget\": ", sums->job.has_budget, sums->job.flop_budget);
    out_text(out, ",\n  \"flops_remaining\": ");
    if (sums->job.has_budget)
        merge_put_remaining(&sums->job, out, false);
    else
        out_text(out, "null");
    put_wide(out, ",\n  \"flops_used\": ", sums->spreads[MERGE_FLOPS].sum);
    put_wide(out, ",\n  \"calls\": ", sums->spreads[MERGE_CALLS].sum);
    put_wide(out, ",\n  \"refused_calls\": ", sums->refused_calls);
    out_text(out, ",\n  \"over_processes\": {");
    for (int number = 0; number < MERGE_NUMBERS; number++)
        put_spread(out, sums, (enum merge_number)number);
    out_text(out, "\n  }");
    put_rows(out, ",\n  \"routines\": [", sums->routines, sums->routine_count);
    put_rows(out, ",\n  \"namespace_routines\": [", sums->namespaces, sums->namespace_count);
    put_shapes(sink, sums);
    put_hosts(out, sums);
    out_text(out, "," MERGE_MEMBERS);
    for (size_t i = 0; i < m->count; i++) {
        out_text(out, i ? ",\n" : "");
        put_member(out, m, &m->list[i]);
        sink_drain(sink);
    }
    out_text(out, "\n]}\n");
    out->failed |= missing.failed;
    out_free(&missing);
}
