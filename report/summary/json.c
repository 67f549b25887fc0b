/* The summary as JSON: the keys of report/README.md, two blanks of indentation, always valid UTF-8. Integers are printed
 * exactly, times as decimal seconds; nothing passes through a double. */
#include "json.h"
#include "cost.h"
#include "instant.h"
#include <string.h>

#define NESTED offsetof(struct summary_operation, nested_calls)
#define QUERIES offsetof(struct summary_operation, queries)

/* Where the next member goes: its indentation, and whether a comma comes before it. */
struct json {
    struct out *out;
    unsigned depth;
    bool behind; /* a member comes before this one */
};

static void new_line(struct json *json)
{
    out_text(json->out, json->behind ? ",\n" : "\n");
    out_pad(json->out, json->out->length, 2 * (size_t)json->depth);
    json->behind = true;
}

static void put_key(struct json *json, const char *key)
{
    new_line(json);
    out_quoted(json->out, key, strlen(key));
    out_text(json->out, ": ");
}

static void open_nest(struct json *json, const char *key, const char *bracket)
{
    if (key)
        put_key(json, key);
    out_text(json->out, bracket);
    json->depth++;
    json->behind = false;
}

static void close_nest(struct json *json, const char *bracket)
{
    bool empty = !json->behind;
    json->depth--;
    if (!empty) {
        json->behind = false;
        new_line(json);
    }
    out_text(json->out, bracket);
    json->behind = true;
}

static void put_member_text(struct json *json, const char *key, const char *value)
{
    put_key(json, key);
    out_quoted(json->out, value, strlen(value));
}

static void put_member_number(struct json *json, const char *key, uint64_t value)
{
    put_key(json, key);
    out_number(json->out, value);
}

static void put_member_bool(struct json *json, const char *key, bool value)
{
    put_key(json, key);
    out_text(json->out, value ? "true" : "false");
}

static void put_member_seconds(struct json *json, const char *key, uint64_t elapsed_ns)
{
    put_key(json, key);
    out_decimal(json->out, elapsed_ns, 9);
}

static void put_limit(struct json *json, bool has_budget, uint64_t flop_budget)
{
    put_key(json, "flop_budget");
    if (has_budget)
        out_number(json->out, flop_budget);
    else
        out_text(json->out, "null");
}

static void put_remaining(struct json *json, bool is_known, uint64_t flop_budget, uint64_t flops_used)
{
    put_key(json, "flops_remaining");
    if (!is_known) {
        out_text(json->out, "null");
    } else if (flops_used > flop_budget) {
        out_text(json->out, "-");
        out_number(json->out, flops_used - flop_budget);
    } else {
        out_number(json->out, flop_budget - flops_used);
    }
}

/* "m=512 side=L" as members: a letter is a string. */
static void put_dims(struct json *json, const char *text)
{
    open_nest(json, "dims", "{");
    while (*text) {
        size_t length = strcspn(text, " "), name = strcspn(text, "= ");
        new_line(json);
        out_quoted(json->out, text, name);
        out_text(json->out, ": ");
        size_t value = name + (name < length);
        if (length > value && text[length - 1] >= '0' && text[length - 1] <= '9')
            out_bytes(json->out, text + value, length - value);
        else
            out_quoted(json->out, text + value, length - value);
        text += length + (text[length] != 0);
    }
    close_nest(json, "}");
}

static void put_shapes(struct json *json, const struct summary_operation *operation)
{
    struct summary_use other = summary_other_shapes(operation);
    open_nest(json, "shapes", "[");
    for (size_t i = 0; i < operation->shape_count; i++) {
        new_line(json);
        open_nest(json, NULL, "{");
        put_dims(json, operation->shapes[i].text);
        put_member_number(json, "calls", operation->shapes[i].calls);
        put_member_number(json, "flop_cost", operation->shapes[i].flop_cost);
        close_nest(json, "}");
    }
    close_nest(json, "]");
    open_nest(json, "other_shapes", "{");
    put_member_number(json, "calls", other.calls);
    put_member_number(json, "flop_cost", other.flops_used);
    put_member_number(json, "calls_error", operation->error_calls);
    put_member_number(json, "flop_cost_error", operation->error_flops);
    close_nest(json, "}");
}

static void put_operations(struct json *json, const struct summary_operation *operations, size_t count)
{
    open_nest(json, "operations", "{");
    for (size_t i = 0; i < count; i++) {
        const struct summary_operation *operation = &operations[i];
        if (!operation->calls)
            continue;
        open_nest(json, operation->name, "{");
        put_member_number(json, "flop_cost", operation->flop_cost);
        put_member_number(json, "calls", operation->calls);
        put_member_seconds(json, "seconds", operation->elapsed_ns);
        put_member_number(json, "timed_flops", operation->timed_flops);
        put_member_text(json, "accuracy", cost_class_name((enum cost_class)operation->accuracy));
        put_member_number(json, "nested_calls", operation->nested_calls);
        put_member_number(json, "queries", operation->queries);
        if (operation->is_shaped)
            put_shapes(json, operation);
        close_nest(json, "}");
    }
    close_nest(json, "}");
}

/* A number of each routine that has one. Those that stand nowhere else come last, where they come when this is read back. */
static void put_counts(struct json *json, const char *key, const struct summary_operation *operations, size_t count,
                       size_t offset)
{
    open_nest(json, key, "{");
    for (int listed = 1; listed >= 0; listed--)
        for (size_t i = 0; i < count; i++) {
            uint64_t number = *(const uint64_t *)((const char *)&operations[i] + offset);
            if (number && !!operations[i].calls == listed)
                put_member_number(json, operations[i].name, number);
        }
    close_nest(json, "}");
}

static void put_use(struct json *json, const struct summary_use *use)
{
    put_member_number(json, "flops_used", use->flops_used);
    put_member_number(json, "calls", use->calls);
}

/* What stands beside `operations` is self's, as they are, so that sums over namespaces are right; what remains is total's. */
static void put_namespaces(struct json *json, const struct summary *s)
{
    open_nest(json, "by_namespace", "{");
    for (size_t i = 0; i < s->namespace_count; i++) {
        const struct summary_namespace *ns = &s->namespaces[i];
        open_nest(json, ns->name, "{");
        put_limit(json, ns->has_budget, ns->flop_budget);
        put_use(json, &ns->self);
        open_nest(json, "self", "{");
        put_use(json, &ns->self);
        close_nest(json, "}");
        open_nest(json, "total", "{");
        put_use(json, &ns->total);
        put_remaining(json, ns->has_budget && !ns->remains_unknown, ns->flop_budget, ns->total.flops_used);
        close_nest(json, "}");
        put_operations(json, ns->operations, ns->operation_count);
        put_counts(json, "queries", ns->operations, ns->operation_count, QUERIES);
        close_nest(json, "}");
    }
    close_nest(json, "}");
}

static void put_refused(struct json *json, const struct summary *s)
{
    open_nest(json, "refused", "{");
    put_member_number(json, "calls", s->refused_calls);
    if (s->refused_calls) {
        open_nest(json, "last", "{");
        put_member_text(json, "operation", s->refused_operation);
        put_member_number(json, "flop_cost", s->refused_cost);
        put_member_number(json, "flops_remaining", s->refused_remaining);
        put_member_text(json, "namespace", s->refused_namespace);
        close_nest(json, "}");
    } else {
        put_key(json, "last");
        out_text(json->out, "null");
    }
    close_nest(json, "}");
}

static void put_nested(struct json *json, const struct summary *s)
{
    open_nest(json, "nested", "{");
    put_member_number(json, "calls", s->nested_calls);
    put_counts(json, "operations", s->operations, s->operation_count, NESTED);
    close_nest(json, "}");
}

static void put_accuracy(struct json *json, const struct summary *s)
{
    open_nest(json, "accuracy", "{");
    for (int class = COST_EXACT; class <= COST_ESTIMATE; class ++)
        put_member_number(json, cost_class_name((enum cost_class) class), s->accuracy_flops[class]);
    close_nest(json, "}");
}

/* Prints a time as RFC 3339 has it, in UTC. */
static void put_member_instant(struct json *json, const char *key, uint64_t realtime_ns)
{
    struct out *out = json->out;
    put_key(json, key);
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
    open_nest(json, "arguments", "[");
    for (size_t at = 0; at < s->arguments_bytes;) {
        const char *argument = s->arguments + at;
        size_t length = strnlen(argument, s->arguments_bytes - at);
        new_line(json);
        out_quoted(json->out, argument, length);
        at += length + 1;
    }
    close_nest(json, "]");
}

static void put_process(struct json *json, const struct summary *s)
{
    uint64_t blas_ns = 0;
    for (size_t i = 0; i < s->operation_count; i++)
        blas_ns = cost_sum(blas_ns, s->operations[i].elapsed_ns);
    open_nest(json, "process", "{");
    put_member_number(json, "pid", s->pid);
    put_member_number(json, "ppid", s->ppid);
    put_member_text(json, "host", s->host);
    put_member_text(json, "program", s->program);
    put_arguments(json, s);
    put_member_instant(json, "start", s->start_realtime_ns);
    put_member_seconds(json, "wall_seconds", s->wall_ns);
    put_member_seconds(json, "blas_seconds", blas_ns);
    put_member_number(json, "threads", s->threads);
    close_nest(json, "}");
}

static void put_processes(struct json *json, const struct summary *s)
{
    open_nest(json, "processes", "[");
    for (size_t i = 0; i < s->process_count; i++) {
        const struct summary_process *process = &s->processes[i];
        new_line(json);
        open_nest(json, NULL, "{");
        put_member_number(json, "pid", process->pid);
        put_member_number(json, "ppid", process->ppid);
        put_member_number(json, "exec_number", process->exec_number);
        put_member_text(json, "program", process->program);
        put_member_number(json, "flops_used", process->flops_used);
        put_member_number(json, "calls", process->calls);
        put_member_text(json, "end_reason", process->end_reason);
        put_member_number(json, "end_status", process->end_status);
        put_member_bool(json, "running", process->running);
        put_member_instant(json, "start", process->start_realtime_ns);
        put_member_seconds(json, "wall_seconds", process->wall_ns);
        put_member_number(json, "threads", process->threads);
        close_nest(json, "}");
    }
    close_nest(json, "]");
}

static void put_providers(struct json *json, const struct summary *s)
{
    open_nest(json, "providers", "[");
    for (size_t i = 0; i < s->provider_count; i++) {
        new_line(json);
        open_nest(json, NULL, "{");
        put_member_text(json, "path", s->providers[i].path);
        put_member_text(json, "name", s->providers[i].name);
        put_member_text(json, "version", s->providers[i].version);
        put_member_number(json, "integers", s->providers[i].integer_bits);
        close_nest(json, "}");
    }
    close_nest(json, "]");
}

static void put_uncovered(struct json *json, const struct summary *s)
{
    open_nest(json, "uncovered", "[");
    for (const char *line = s->uncovered + strspn(s->uncovered, "\n"); *line;) {
        size_t length = strcspn(line, "\n");
        new_line(json);
        out_quoted(json->out, line, length);
        line += length;
        line += strspn(line, "\n");
    }
    close_nest(json, "]");
}

static void put_end(struct json *json, const struct summary *s)
{
    put_member_bool(json, "complete", s->complete);
    put_member_text(json, "end_reason", s->end_reason);
    put_member_number(json, "end_status", s->end_status);
    open_nest(json, "incomplete", "[");
    for (unsigned bit = 0; bit < SUMMARY_INCOMPLETE_NAMES; bit++)
        if (s->incomplete >> bit & 1) {
            new_line(json);
            out_quoted(json->out, summary_incomplete_names[bit], strlen(summary_incomplete_names[bit]));
        }
    close_nest(json, "]");
    put_member_number(json, "dropped_calls", s->dropped_calls);
    put_member_number(json, "uncounted_calls", s->uncounted_calls);
    put_member_number(json, "unclosed_calls", s->unclosed_calls);
}

void summary_json(const struct summary *s, struct out *out)
{
    struct json json = {.out = out};
    open_nest(&json, NULL, "{");
    put_member_number(&json, "schema_version", SUMMARY_SCHEMA);
    put_member_text(&json, "flopshim_version", s->version);
    put_member_text(&json, "cost_model", s->cost_model);
    put_member_text(&json, "convention", s->convention);
    put_key(&json, "flop_multiplier");
    out_text(out, s->multiplier);
    put_member_text(&json, "scope", s->is_tree ? "tree" : "process");
    put_limit(&json, s->has_budget, s->flop_budget);
    put_member_number(&json, "flops_used", s->flops_used);
    put_remaining(&json, s->has_budget, s->flop_budget, s->flops_used);
    put_operations(&json, s->operations, s->operation_count);
    put_namespaces(&json, s);
    put_end(&json, s);
    put_refused(&json, s);
    put_nested(&json, s);
    put_counts(&json, "queries", s->operations, s->operation_count, QUERIES);
    put_accuracy(&json, s);
    put_process(&json, s);
    put_processes(&json, s);
    put_providers(&json, s);
    put_uncovered(&json, s);
    close_nest(&json, "}");
    out_text(out, "\n");
}
