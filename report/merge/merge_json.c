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

static void put_rank(struct out *out, const char *key, int64_t rank)
{
    out_text(out, key);
    if (rank == MEMBER_NO_RANK)
        out_text(out, "null");
    else
        out_number(out, (uint64_t)rank);
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
    static const char *const keys[MERGE_NUMBERS] = {"flops_used", "calls", "blas_ns", "wall_ns"};
    const struct merge_spread *spread = &sums->spreads[number];
    char text[64];
    row_text(out, number ? ",\n    " : "\n    ", keys[number]);
    row_number(out, ": {\"min\": ", spread->min);
    row_number(out, ", \"max\": ", spread->max);
    out_text(out, ", \"mean\": ");
    merge_put_mean(out, spread->sum, sums->members->count, false);
    snprintf(text, sizeof text, ", \"stddev\": %.9g, \"imbalance\": ", spread->deviation);
    out_text(out, text);
    if (spread->sum)
        merge_put_mean(out, (wide)spread->max * sums->members->count * 1000 / spread->sum, 1000, false);
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

static void put_hosts(struct out *out, const struct merge_sums *sums)
{
    out_text(out, ",\n  \"hosts\": [");
    for (size_t i = 0; i < sums->host_count; i++) {
        const struct merge_host *host = &sums->hosts[i];
        row_text(out, i ? ",\n    {\"host\": " : "\n    {\"host\": ", host->host);
        row_number(out, ", \"processes\": ", host->members);
        put_wide(out, ", \"flops_used\": ", host->flops_used);
        put_wide(out, ", \"calls\": ", host->calls);
        out_text(out, "}");
    }
    out_text(out, "\n  ]");
}

static void put_use(struct out *out, const struct member_use *use)
{
    out_quoted(out, use->routine, strlen(use->routine));
    row_number(out, ": {\"flop_cost\": ", use->flop_cost);
    row_number(out, ", \"calls\": ", use->calls);
    put_seconds(out, ", \"seconds\": ", use->elapsed_ns);
    row_number(out, ", \"timed_flops\": ", use->timed_flops);
    row_text(out, ", \"accuracy\": ", cost_class_name((enum cost_class)use->accuracy));
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
    row_number(out, ", \"flops_used\": ", member->flops_used);
    out_text(out, ", \"operations\": {}");
    put_uses(out, member);
    out_text(out, member->complete ? ", \"complete\": true" : ", \"complete\": false");
    row_text(out, ", \"end_reason\": ", member->end_reason);
    row_number(out, ", \"end_status\": ", member->end_status);
    put_incomplete(out, member->incomplete);
    row_number(out, ", \"refused\": {\"calls\": ", member->refused_calls);
    row_number(out, "}, \"process\": {\"pid\": ", member->pid);
    row_text(out, ", \"host\": ", member->host);
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
    merge_put_missing(m, &missing);
    row_number(out, MERGE_BEGIN, MERGE_SCHEMA);
    row_text(out, ",\n  \"cost_model\": ", m->cost_model);
    row_text(out, ",\n  \"convention\": ", m->convention);
    out_text(out, ",\n  \"flop_multiplier\": ");
    out_text(out, m->multiplier);
    row_number(out, ",\n  \"processes\": ", m->count);
    row_number(out, ",\n  \"incomplete_processes\": ", sums->incomplete);
    out_text(out, ",\n  \"missing_ranks\": ");
    out_quoted(out, missing.data ? missing.data : "", missing.length);
    put_wide(out, ",\n  \"flops_used\": ", sums->spreads[MERGE_FLOPS].sum);
    put_wide(out, ",\n  \"calls\": ", sums->spreads[MERGE_CALLS].sum);
    put_wide(out, ",\n  \"refused_calls\": ", sums->refused_calls);
    out_text(out, ",\n  \"over_processes\": {");
    for (int number = 0; number < MERGE_NUMBERS; number++)
        put_spread(out, sums, (enum merge_number)number);
    out_text(out, "\n  }");
    put_rows(out, ",\n  \"routines\": [", sums->routines, sums->routine_count);
    put_rows(out, ",\n  \"namespace_routines\": [", sums->namespaces, sums->namespace_count);
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
