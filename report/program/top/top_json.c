/* A frame as one line of JSON, so that a program reads a stream of them line by line. */
#include "instant.h"
#include "top_text.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

static void put_key(struct out *out, const char *key, bool first)
{
    out_text(out, first ? "" : ", ");
    out_quoted(out, key, strlen(key));
    out_text(out, ": ");
}

static void put_number(struct out *out, const char *key, wide number)
{
    put_key(out, key, false);
    out_number(out, number);
}

static void put_real(struct out *out, const char *key, double number)
{
    char text[64];
    put_key(out, key, false);
    snprintf(text, sizeof text, "%.3f", number);
    out_text(out, text);
}

static void put_string(struct out *out, const char *key, const char *text, bool first)
{
    put_key(out, key, first);
    out_quoted(out, text, strlen(text));
}

static void put_time(struct out *out)
{
    struct timespec now;
    char text[64];
    clock_gettime(CLOCK_REALTIME, &now);
    struct instant at = instant_of((uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec);
    snprintf(text, sizeof text, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", (unsigned)at.year, at.month, at.day, at.hour, at.minute,
             at.second, at.nanosecond / 1000000);
    put_string(out, "time", text, false);
}

static void put_row(struct out *out, const struct top_row *row, enum top_tab tab)
{
    static const char *const names[TOP_TABS] = {"routine", "namespace", "program", "program"};
    out_text(out, "{");
    put_string(out, names[tab], row->name, true);
    if (tab >= TOP_PROCESSES) {
        put_number(out, "pid", row->pid);
        put_key(out, "running", false);
        out_text(out, row->running ? "true" : "false");
    }
    if (tab == TOP_PROCESSES) {
        put_number(out, "ppid", row->ppid);
        put_number(out, "threads", row->threads);
    }
    if (tab == TOP_THREADS)
        put_number(out, "tid", row->tid);
    put_number(out, "flop_cost", row->flops);
    put_number(out, "calls", row->calls);
    if (tab == TOP_NAMESPACES)
        put_number(out, "total_flop_cost", row->below_flops);
    put_real(out, "flops_per_second", row->flops_per_second);
    put_real(out, "seconds", (double)row->elapsed_ns / 1e9);
    out_text(out, "}");
}

static void put_budget(struct out *out, const struct top_model *model)
{
    put_key(out, "flop_budget", false);
    if (model->has_budget)
        out_number(out, model->budget);
    else
        out_text(out, "null");
    put_number(out, "budget_used", model->budget_used);
    if (model->exhausted_in >= 0)
        put_real(out, "seconds_to_exhaustion", model->exhausted_in);
    else
        out_text(out, ", \"seconds_to_exhaustion\": null");
}

static void put_table(struct out *out, const struct top_model *model, enum top_tab tab)
{
    struct top_view view = {.tab = tab, .tree = tab == TOP_NAMESPACES};
    struct top_rows rows;
    top_view_rows(model, &view, &rows);
    put_key(out, top_tab_names[tab], false);
    out_text(out, "[");
    for (size_t i = 0; i < rows.count; i++) {
        out_text(out, i ? ", " : "");
        put_row(out, &rows.list[i], tab);
    }
    out_text(out, "]");
    out->failed |= rows.failed;
    top_rows_free(&rows);
}

void top_put_json(const struct top_model *model, double delay, struct out *out)
{
    out_text(out, "{\"top_schema_version\": 1");
    put_time(out);
    put_real(out, "delay_seconds", delay);
    put_number(out, "ledgers", model->ledgers);
    put_number(out, "ended", model->ended);
    put_number(out, "flops_used", model->used);
    put_number(out, "calls", model->calls);
    put_number(out, "refused_calls", model->refused);
    put_budget(out, model);
    put_real(out, "flops_per_second", model->rate);
    for (int tab = 0; tab < TOP_TABS; tab++)
        put_table(out, model, (enum top_tab)tab);
    out_text(out, "}\n");
}
