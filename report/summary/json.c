/* The summary as JSON: the keys of report/README.md, two blanks of indentation, always valid UTF-8. Integers are printed
 * exactly, times as decimal seconds; nothing passes through a double. */
#include "json.h"
#include "cost.h"
#include "instant.h"
#include "json_details.h"
#include "json_put.h"
#include "precisions.h"
#include "summary_moved.h"
#include <string.h>

/* Time outside is what is left; null where that is not known. */
static void put_time(struct json *json, const struct summary_time *time, const char *wall_key)
{
    uint64_t outside_ns;
    bool known = summary_outside(time, &outside_ns);
    json_seconds(json, wall_key, time->wall_ns);
    json_seconds(json, "blas_seconds", time->blas_ns);
    json_seconds(json, "shim_seconds", time->shim_ns);
    json_key(json, "outside_seconds");
    if (known)
        out_decimal(json->out, outside_ns, 9);
    else
        out_text(json->out, "null");
    json_number(json, "timed_flops", time->timed_flops);
}

#define NESTED offsetof(struct summary_operation, nested_calls)
#define QUERIES offsetof(struct summary_operation, queries)

static void put_limit(struct json *json, bool has_budget, wide flop_budget)
{
    json_key(json, "flop_budget");
    if (has_budget)
        out_number(json->out, flop_budget);
    else
        out_text(json->out, "null");
}

static void put_remaining(struct json *json, bool is_known, wide flop_budget, wide flops_used)
{
    json_key(json, "flops_remaining");
    if (!is_known) {
        out_text(json->out, "null");
    } else if (flops_used > flop_budget) {
        out_text(json->out, "-");
        out_number(json->out, flops_used - flop_budget);
    } else {
        out_number(json->out, flop_budget - flops_used);
    }
}

static void put_operations(struct json *json, const struct summary_operation *operations, size_t count)
{
    json_open(json, "operations", "{");
    for (size_t i = 0; i < count; i++) {
        const struct summary_operation *operation = &operations[i];
        if (!operation->calls)
            continue;
        json_open(json, operation->name, "{");
        json_number(json, "flop_cost", operation->flop_cost);
        json_number(json, "calls", operation->calls);
        json_seconds(json, "seconds", operation->elapsed_ns);
        json_number(json, "timed_flops", operation->timed_flops);
        json_text(json, "accuracy", cost_class_name((enum cost_class)operation->accuracy));
        json_number(json, "nested_calls", operation->nested_calls);
        json_number(json, "queries", operation->queries);
        if (operation->shapes.recorded)
            json_shapes(json, operation);
        if (operation->callers.recorded)
            json_callers(json, operation);
        json_close(json, "}");
    }
    json_close(json, "}");
}

/* A number of each routine that has one. Those that stand nowhere else come last, where they come when this is read back. */
static void put_counts(struct json *json, const char *key, const struct summary_operation *operations, size_t count,
                       size_t offset)
{
    json_open(json, key, "{");
    for (int listed = 1; listed >= 0; listed--)
        for (size_t i = 0; i < count; i++) {
            uint64_t number = *(const uint64_t *)((const char *)&operations[i] + offset);
            if (number && !!operations[i].calls == listed)
                json_number(json, operations[i].name, number);
        }
    json_close(json, "}");
}

static void put_use(struct json *json, const struct summary_use *use)
{
    json_number(json, "flops_used", use->flops_used);
    json_number(json, "calls", use->calls);
}

/* What stands beside `operations` is self's, as they are, so that sums over namespaces are right; what remains is total's. */
static void put_namespaces(struct json *json, const struct summary *s)
{
    json_open(json, "by_namespace", "{");
    for (size_t i = 0; i < s->namespace_count; i++) {
        const struct summary_namespace *ns = &s->namespaces[i];
        json_open(json, ns->name, "{");
        put_limit(json, ns->has_budget, ns->flop_budget);
        put_use(json, &ns->self);
        json_open(json, "self", "{");
        put_use(json, &ns->self);
        json_close(json, "}");
        json_open(json, "total", "{");
        put_use(json, &ns->total);
        put_remaining(json, ns->has_budget && !ns->remains_unknown, ns->flop_budget, ns->total.flops_used);
        json_close(json, "}");
        json_open(json, "time", "{");
        put_time(json, &ns->time, "wall_seconds");
        json_close(json, "}");
        put_operations(json, ns->operations, ns->operation_count);
        put_counts(json, "queries", ns->operations, ns->operation_count, QUERIES);
        json_close(json, "}");
    }
    json_close(json, "}");
}

static void put_refused(struct json *json, const struct summary *s)
{
    json_open(json, "refused", "{");
    json_number(json, "calls", s->refused_calls);
    if (s->refused_calls) {
        json_open(json, "last", "{");
        json_text(json, "operation", s->refused_operation);
        json_number(json, "flop_cost", s->refused_cost);
        json_number(json, "flops_remaining", s->refused_remaining);
        json_text(json, "reason", s->refused_limit_ns ? "time" : "flops");
        if (s->refused_limit_ns) {
            json_seconds(json, "elapsed_seconds", s->refused_elapsed_ns);
            json_seconds(json, "limit_seconds", s->refused_limit_ns);
        }
        json_text(json, "namespace", s->refused_namespace);
        json_close(json, "}");
    } else {
        json_key(json, "last");
        out_text(json->out, "null");
    }
    json_close(json, "}");
}

static void put_nested(struct json *json, const struct summary *s)
{
    json_open(json, "nested", "{");
    json_number(json, "calls", s->nested_calls);
    put_counts(json, "operations", s->operations, s->operation_count, NESTED);
    json_close(json, "}");
}

/* Only where shapes were recorded. */
static void put_moved(struct json *json, const struct summary *s)
{
    if (!summary_has_shapes(s))
        return;
    struct summary_moved moved = summary_moved(s);
    json_open(json, "memory_traffic", "{");
    json_number(json, "bytes", moved.bytes);
    json_number(json, "flop_cost", moved.flops);
    json_number(json, "calls", moved.calls);
    json_close(json, "}");
}

static void put_accuracy(struct json *json, const struct summary *s)
{
    json_open(json, "accuracy", "{");
    for (int class = COST_EXACT; class <= COST_ESTIMATE; class ++)
        json_number(json, cost_class_name((enum cost_class) class), s->accuracy_flops[class]);
    json_close(json, "}");
}

/* Prints a time as RFC 3339 has it, in UTC. */
static void put_member_instant(struct json *json, const char *key, uint64_t realtime_ns)
{
    struct out *out = json->out;
    json_key(json, key);
    out_text(out, "\"");
    struct instant at = instant_of(realtime_ns);
    out_padded(out, at.year, 4);
    out_text(out, "-");
    out_padded(out, at.month, 2);
    out_text(out, "-");
    out_padded(out, at.day, 2);
    out_text(out, "T");
    out_padded(out, at.hour, 2);
    out_text(out, ":");
    out_padded(out, at.minute, 2);
    out_text(out, ":");
    out_padded(out, at.second, 2);
    out_text(out, ".");
    out_padded(out, at.nanosecond / 1000, 6);
    out_text(out, "Z\"");
}

static void put_arguments(struct json *json, const struct summary *s)
{
    json_open(json, "arguments", "[");
    for (size_t at = 0; at < s->arguments_bytes;) {
        const char *argument = s->arguments + at;
        size_t length = strnlen(argument, s->arguments_bytes - at);
        json_item(json);
        out_quoted(json->out, argument, length);
        at += length + 1;
    }
    json_close(json, "]");
}

static void put_number_or_null(struct json *json, const char *key, bool is_known, uint64_t value)
{
    json_key(json, key);
    if (is_known)
        out_number(json->out, value);
    else
        out_text(json->out, "null");
}

static void put_process(struct json *json, const struct summary *s)
{
    uint64_t blas_ns = 0;
    for (size_t i = 0; i < s->operation_count; i++)
        blas_ns = cost_sum(blas_ns, s->operations[i].elapsed_ns);
    json_open(json, "process", "{");
    json_number(json, "pid", s->pid);
    json_number(json, "ppid", s->ppid);
    json_text(json, "host", s->host);
    put_number_or_null(json, "rank", s->rank != SUMMARY_NO_RANK, (uint64_t)s->rank);
    json_text(json, "job", s->job ? s->job : "");
    put_number_or_null(json, "ranks", s->ranks > 0, s->ranks);
    put_number_or_null(json, "job_number", s->ranks > 0, s->job_number);
    json_text(json, "program", s->program);
    put_arguments(json, s);
    put_member_instant(json, "start", s->start_realtime_ns);
    json_seconds(json, "wall_seconds", s->wall_ns);
    json_seconds(json, "blas_seconds", blas_ns);
    json_number(json, "threads", s->threads);
    json_close(json, "}");
}

static void put_threads(struct json *json, const struct summary *s)
{
    json_open(json, "time", "{");
    put_time(json, &s->time, "thread_seconds");
    json_open(json, "threads", "[");
    for (size_t i = 0; i < s->thread_count; i++) {
        const struct summary_thread *thread = &s->threads_listed[i];
        json_item(json);
        json_open(json, NULL, "{");
        json_number(json, "pid", thread->pid);
        json_number(json, "thread", thread->number);
        json_number(json, "flops_used", thread->flops_used);
        json_number(json, "calls", thread->calls);
        put_time(json, &thread->time, "wall_seconds");
        json_close(json, "}");
    }
    json_close(json, "]");
    json_close(json, "}");
}

static void put_precisions(struct json *json, const struct summary *s)
{
    struct summary_use uses[COST_PRECISIONS];
    precisions_add_up(s, uses);
    json_open(json, "by_precision", "{");
    for (int i = 0; i < COST_PRECISIONS; i++) {
        if (!uses[i].calls)
            continue;
        json_open(json, cost_precision_name((enum cost_precision)i), "{");
        json_number(json, "flop_cost", uses[i].flops_used);
        json_number(json, "calls", uses[i].calls);
        json_close(json, "}");
    }
    json_close(json, "}");
}

static void put_processes(struct json *json, const struct summary *s)
{
    json_open(json, "processes", "[");
    for (size_t i = 0; i < s->process_count; i++) {
        const struct summary_process *process = &s->processes[i];
        json_item(json);
        json_open(json, NULL, "{");
        json_number(json, "pid", process->pid);
        json_number(json, "ppid", process->ppid);
        json_number(json, "exec_number", process->exec_number);
        json_text(json, "program", process->program);
        json_number(json, "flops_used", process->flops_used);
        json_number(json, "calls", process->calls);
        json_text(json, "end_reason", process->end_reason);
        json_number(json, "end_status", process->end_status);
        json_bool(json, "running", process->running);
        put_member_instant(json, "start", process->start_realtime_ns);
        json_seconds(json, "wall_seconds", process->wall_ns);
        json_number(json, "threads", process->threads);
        json_close(json, "}");
    }
    json_close(json, "]");
}

static void put_providers(struct json *json, const struct summary *s)
{
    json_open(json, "providers", "[");
    for (size_t i = 0; i < s->provider_count; i++) {
        json_item(json);
        json_open(json, NULL, "{");
        json_text(json, "path", s->providers[i].path);
        json_text(json, "name", s->providers[i].name);
        json_text(json, "version", s->providers[i].version);
        json_number(json, "integers", s->providers[i].integer_bits);
        json_close(json, "}");
    }
    json_close(json, "]");
}

static void put_uncovered(struct json *json, const struct summary *s)
{
    json_open(json, "uncovered", "[");
    for (const char *line = s->uncovered + strspn(s->uncovered, "\n"); *line;) {
        size_t length = strcspn(line, "\n");
        json_item(json);
        out_quoted(json->out, line, length);
        line += length;
        line += strspn(line, "\n");
    }
    json_close(json, "]");
}

static void put_end(struct json *json, const struct summary *s)
{
    json_bool(json, "complete", s->complete);
    json_text(json, "end_reason", s->end_reason);
    json_number(json, "end_status", s->end_status);
    json_open(json, "incomplete", "[");
    for (unsigned bit = 0; bit < SUMMARY_INCOMPLETE_NAMES; bit++)
        if (s->incomplete >> bit & 1) {
            json_item(json);
            out_quoted(json->out, summary_incomplete_names[bit], strlen(summary_incomplete_names[bit]));
        }
    json_close(json, "]");
    json_number(json, "dropped_calls", s->dropped_calls);
    json_number(json, "uncounted_calls", s->uncounted_calls);
    json_number(json, "unclosed_calls", s->unclosed_calls);
}

void summary_json(const struct summary *s, struct out *out)
{
    struct json json = {.out = out};
    json_open(&json, NULL, "{");
    json_number(&json, "schema_version", SUMMARY_SCHEMA);
    json_text(&json, "flopshim_version", s->version);
    json_text(&json, "cost_model", s->cost_model);
    json_text(&json, "convention", s->convention);
    json_key(&json, "flop_multiplier");
    out_text(out, s->multiplier);
    json_text(&json, "weights", s->weights ? s->weights : "");
    json_key(&json, "time_limit_seconds");
    if (s->time_limit_ns)
        out_decimal(out, s->time_limit_ns, 9);
    else
        out_text(out, "null");
    json_text(&json, "scope", s->is_tree ? "tree" : "process");
    put_limit(&json, s->has_budget, s->flop_budget);
    json_number(&json, "flops_used", s->flops_used);
    put_remaining(&json, s->has_budget, s->flop_budget, s->flops_used);
    put_operations(&json, s->operations, s->operation_count);
    put_namespaces(&json, s);
    put_moved(&json, s);
    json_by_caller(&json, s);
    json_log(&json, s);
    put_end(&json, s);
    put_refused(&json, s);
    put_nested(&json, s);
    put_counts(&json, "queries", s->operations, s->operation_count, QUERIES);
    put_accuracy(&json, s);
    put_precisions(&json, s);
    put_process(&json, s);
    put_threads(&json, s);
    put_processes(&json, s);
    put_providers(&json, s);
    put_uncovered(&json, s);
    json_close(&json, "}");
    out_text(out, "\n");
}
