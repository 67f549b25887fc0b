/* A merge as OpenMetrics, which node_exporter's textfile collector takes as well. That reads Prometheus' older text format: all
 * metrics are gauges, as of a counter the two call samples differently, and it knows no type `info`. */
#include "cost.h"
#include "merge_sums.h"
#include <stdio.h>
#include <string.h>

#define PREFIX "flopshim_"

static void put_family(struct out *out, const char *name, const char *unit, const char *help)
{
    const char *const parts[] = {"# HELP " PREFIX, name, " ", help, "\n# TYPE " PREFIX, name, " gauge\n"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        out_text(out, parts[i]);
    if (!unit)
        return;
    out_text(out, "# UNIT " PREFIX);
    out_text(out, name);
    out_text(out, " ");
    out_text(out, unit);
    out_text(out, "\n");
}

static void put_label(struct out *out, const char *key, const char *value)
{
    out_text(out, key);
    out_text(out, "=\"");
    for (; *value; value++) {
        if (*value == '\\' || *value == '"')
            out_text(out, "\\");
        out_bytes(out, *value == '\n' ? "\\n" : value, *value == '\n' ? 2 : 1);
    }
    out_text(out, "\"");
}

static void put_name(struct out *out, const char *name)
{
    out_text(out, PREFIX);
    out_text(out, name);
}

static void put_only(struct out *out, const char *name, const char *unit, const char *help, wide value)
{
    put_family(out, name, unit, help);
    put_name(out, name);
    out_text(out, " ");
    merge_put_wide(out, value, false);
    out_text(out, "\n");
}

static void put_seconds(struct out *out, wide elapsed_ns)
{
    merge_put_wide(out, elapsed_ns / 1000000000, false);
    out_text(out, ".");
    out_padded(out, (uint64_t)(elapsed_ns % 1000000000), 9);
}

static void put_info(struct out *out, const struct members *m)
{
    put_family(out, "merge_info", NULL, "How the processes were counted.");
    put_name(out, "merge_info{");
    put_label(out, "cost_model", m->cost_model);
    put_label(out, ",convention", m->convention);
    put_label(out, ",flop_multiplier", m->multiplier);
    out_text(out, "} 1\n");
}

static void put_budget(struct out *out, const struct merge_job *job)
{
    put_only(out, "budget_flops", "flops", "FLOPs that the ranks of the job may use together.", job->flop_budget);
    put_family(out, "remaining_flops", "flops", "What is left of them.");
    put_name(out, "remaining_flops ");
    merge_put_remaining(job, out, false);
    out_text(out, "\n");
}

static void put_totals(struct out *out, const struct merge_sums *sums)
{
    struct out missing = {0};
    size_t missing_count = merge_put_missing(sums, &missing);
    out->failed |= missing.failed;
    out_free(&missing);
    put_only(out, "processes", NULL, "Processes in the merge.", sums->members->count);
    put_only(out, "incomplete_processes", NULL, "Processes whose counts are not complete.", sums->incomplete);
    put_only(out, "missing_ranks", NULL, "Ranks that were not given.", missing_count);
    put_only(out, "flops", "flops", "FLOPs of all processes.", sums->spreads[MERGE_FLOPS].sum);
    put_only(out, "calls", NULL, "Calls of all processes.", sums->spreads[MERGE_CALLS].sum);
    if (sums->job.has_budget)
        put_budget(out, &sums->job);
    put_only(out, "refused_calls", NULL, "Calls that a budget refused.", sums->refused_calls);
}

enum row_number { ROW_FLOPS, ROW_CALLS, ROW_SECONDS, ROW_PROCESSES, ROW_NUMBERS };

static void put_row(struct out *out, const char *name, const struct merge_row *row, enum row_number number)
{
    put_name(out, name);
    out_text(out, "{");
    if (row->name_space)
        put_label(out, "namespace", row->name_space);
    put_label(out, row->name_space ? ",routine" : "routine", row->routine);
    put_label(out, ",accuracy", cost_class_name((enum cost_class)row->accuracy));
    out_text(out, "} ");
    if (number == ROW_SECONDS)
        put_seconds(out, row->elapsed_ns);
    else
        merge_put_wide(out, number == ROW_FLOPS ? row->flop_cost : number == ROW_CALLS ? row->calls : row->members, false);
    out_text(out, "\n");
}

/* A family's samples stand together. */
static void put_rows(struct out *out, const char *of_what, const struct merge_row *rows, size_t count)
{
    static const struct {
        const char *name, *unit, *help;
    } families[ROW_NUMBERS] = {
        {"flops", "flops", "FLOPs by "},
        {"calls", NULL, "Calls by "},
        {"seconds", "seconds", "Time in calls that were timed, by "},
        {"processes", NULL, "Processes that called it, by "},
    };
    for (int number = 0; number < ROW_NUMBERS; number++) {
        char name[64], help[128];
        snprintf(name, sizeof name, "%s_%s", of_what, families[number].name);
        snprintf(help, sizeof help, "%s%s.", families[number].help,
                 strcmp(of_what, "routine") == 0 ? "routine" : "namespace and routine");
        put_family(out, name, families[number].unit, help);
        for (size_t i = 0; i < count; i++)
            put_row(out, name, &rows[i], (enum row_number)number);
    }
}

static void put_host_family(struct out *out, const struct merge_sums *sums, const char *name, const char *unit,
                            const char *help)
{
    put_family(out, name, unit, help);
    for (size_t i = 0; i < sums->host_count; i++) {
        const struct merge_host *host = &sums->hosts[i];
        put_name(out, name);
        put_label(out, "{host", host->host);
        out_text(out, "} ");
        merge_put_wide(out, unit ? host->flops_used : strstr(name, "calls") ? host->calls : host->members, false);
        out_text(out, "\n");
    }
}

static void put_statistic(struct out *out, const char *name, const char *statistic, const struct member *whose)
{
    char rank[32] = "";
    put_name(out, name);
    put_label(out, "{statistic", statistic);
    if (whose && whose->rank != MEMBER_NO_RANK)
        snprintf(rank, sizeof rank, "%lld", (long long)whose->rank);
    if (whose) {
        put_label(out, ",rank", rank);
        put_label(out, ",host", whose->host);
    }
    out_text(out, "} ");
}

static void put_value(struct out *out, wide value, bool is_time)
{
    if (is_time)
        put_seconds(out, value);
    else
        merge_put_wide(out, value, false);
    out_text(out, "\n");
}

static void put_spread(struct out *out, const struct merge_sums *sums, enum merge_number number)
{
    static const char *const names[MERGE_NUMBERS] = {"process_flops", "process_calls", "process_blas_seconds",
                                                     "process_outside_seconds", "process_wall_seconds"};
    static const char *const units[MERGE_NUMBERS] = {"flops", NULL, "seconds", "seconds", "seconds"};
    const struct merge_spread *spread = &sums->spreads[number];
    const size_t count = spread->members;
    bool is_time = merge_is_time(number);
    char text[64];
    if (!count)
        return;
    put_family(out, names[number], units[number], "Over processes: min, max, mean and stddev; whose the first two are.");
    put_statistic(out, names[number], "min", spread->min_at);
    put_value(out, spread->min, is_time);
    put_statistic(out, names[number], "max", spread->max_at);
    put_value(out, spread->max, is_time);
    put_statistic(out, names[number], "mean", NULL);
    if (is_time)
        put_seconds(out, spread->sum / count);
    else
        merge_put_mean(out, spread->sum, count, false);
    out_text(out, "\n");
    put_statistic(out, names[number], "stddev", NULL);
    snprintf(text, sizeof text, "%.9g\n", is_time ? spread->deviation / 1e9 : spread->deviation);
    out_text(out, text);
}

static void put_imbalance(struct out *out, const struct merge_sums *sums)
{
    static const char *const of_what[MERGE_NUMBERS] = {"flops", "calls", "blas_seconds", "outside_seconds", "wall_seconds"};
    put_family(out, "process_imbalance", NULL, "The largest of the processes as a multiple of their mean.");
    for (int number = 0; number < MERGE_NUMBERS; number++) {
        const struct merge_spread *spread = &sums->spreads[number];
        if (!spread->sum)
            continue;
        put_name(out, "process_imbalance");
        put_label(out, "{of", of_what[number]);
        out_text(out, "} ");
        merge_put_mean(out, (wide)spread->max * spread->members * 1000 / spread->sum, 1000, false);
        out_text(out, "\n");
    }
}

void merge_metrics(const struct merge_sums *sums, struct merge_sink *sink)
{
    struct out *out = &sink->out;
    put_info(out, sums->members);
    put_totals(out, sums);
    put_rows(out, "routine", sums->routines, sums->routine_count);
    put_rows(out, "namespace", sums->namespaces, sums->namespace_count);
    put_host_family(out, sums, "host_flops", "flops", "FLOPs by host.");
    put_host_family(out, sums, "host_calls", NULL, "Calls by host.");
    put_host_family(out, sums, "host_processes", NULL, "Processes by host.");
    for (int number = 0; number < MERGE_NUMBERS; number++)
        put_spread(out, sums, (enum merge_number)number);
    put_imbalance(out, sums);
    out_text(out, "# EOF\n");
}
