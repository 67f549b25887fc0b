/* Reads a JSON summary and holds it against the schema: a field of the wrong type is an error that names it, an unknown
 * field is ignored, an absent one that the model can do without has its neutral value. */
#include "json_read.h"
#include "c_numbers.h"
#include "cost.h"
#include "json_counts.h"
#include "multiplier.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ARENA_FACTOR 32 /* bytes of the model for a byte of JSON: 64 for {"a":1} and its comma at most */
#define ARENA_BASE ((size_t)64 << 10)

static void read_providers(struct field_reader *r, const json_t *root)
{
    struct summary *s = r->summary;
    json_t *list = field_get_container(r, root, "", "providers", JSON_ARRAY);
    s->providers = field_room(r, json_array_size(list) * sizeof *s->providers);
    for (size_t i = 0; i < json_array_size(list) && !r->failed; i++) {
        json_t *value = json_array_get(list, i);
        if (!json_is_object(value))
            field_complain(r, "providers: expected objects, found %s", field_type_of(r, value));
        s->providers[s->provider_count++] = (struct summary_provider){
            .path = field_get_text(r, value, "providers.", "path"),
            .name = field_get_text(r, value, "providers.", "name"),
            .version = field_get_text(r, value, "providers.", "version"),
            .integer_bits = field_get_small_number(r, value, "providers.", "integers"),
        };
    }
}

/* Copies the strings of an array one behind the other, each followed by `separator`. */
static const char *join(struct field_reader *r, const json_t *list, const char *what, char separator, size_t *bytes)
{
    size_t length = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *item = json_array_get(list, i);
        if (!json_is_string(item))
            field_complain(r, "%s: expected strings, found %s", what, field_type_of(r, item));
        length += json_string_length(item) + 1;
    }
    char *joined = field_room(r, length + 1);
    *bytes = 0;
    for (size_t i = 0; joined && !r->failed && i < json_array_size(list); i++) {
        json_t *item = json_array_get(list, i);
        memcpy(joined + *bytes, json_string_value(item), json_string_length(item));
        *bytes += json_string_length(item);
        joined[(*bytes)++] = separator;
    }
    return joined ? joined : "";
}

/* Reads a time of RFC 3339 in UTC, as the writer prints it. A field out of its range is refused; timegm would carry it over. */
static bool parse_start(const char *text, uint64_t *nanoseconds)
{
    static const char form[] = "dddd-dd-ddTdd:dd:dd";
    const char *rest = text + sizeof form - 1;
    struct tm at = {0}, normal;
    for (size_t i = 0; form[i]; i++)
        if (form[i] == 'd' ? !(text[i] >= '0' && text[i] <= '9') : text[i] != form[i])
            return false;
    sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d", &at.tm_year, &at.tm_mon, &at.tm_mday, &at.tm_hour, &at.tm_min, &at.tm_sec);
    at.tm_year -= 1900;
    at.tm_mon -= 1;
    normal = at;
    time_t seconds = timegm(&normal);
    if (seconds < 0 || normal.tm_mon != at.tm_mon || normal.tm_mday != at.tm_mday || normal.tm_hour != at.tm_hour ||
        normal.tm_min != at.tm_min || normal.tm_sec != at.tm_sec)
        return false;
    uint64_t fraction = 0, unit = 100000000;
    if (*rest == '.')
        for (rest++; *rest >= '0' && *rest <= '9'; rest++, unit /= 10)
            fraction += unit * (uint64_t)(*rest - '0');
    return !strcmp(rest, "Z") && !__builtin_mul_overflow((uint64_t)seconds, 1000000000u, nanoseconds) &&
           !__builtin_add_overflow(*nanoseconds, fraction, nanoseconds);
}

static uint64_t read_start(struct field_reader *r, const char *where, const char *text)
{
    uint64_t nanoseconds = 0;
    if (*text && !parse_start(text, &nanoseconds))
        field_complain(r, "%sstart: expected a time such as 2026-01-31T12:00:00Z, found \"%s\"", where, text);
    return nanoseconds;
}

static void read_threads(struct field_reader *r, const json_t *time)
{
    static const char where[] = "time.threads.";
    struct summary *s = r->summary;
    json_t *list = field_get_container(r, time, "time.", "threads", JSON_ARRAY);
    s->threads_listed = field_room(r, json_array_size(list) * sizeof *s->threads_listed);
    for (size_t i = 0; i < json_array_size(list) && !r->failed; i++) {
        const json_t *value = json_array_get(list, i);
        if (!json_is_object(value))
            field_complain(r, "time.threads: expected objects, found %s", field_type_of(r, value));
        s->threads_listed[s->thread_count++] = (struct summary_thread){
            .pid = field_get_small_number(r, value, where, "pid"),
            .number = field_get_small_number(r, value, where, "thread"),
            .flops_used = field_get_flops(r, value, where, "flops_used", false),
            .calls = field_get_number(r, value, where, "calls", false),
            .time = {.wall_ns = field_get_nanoseconds(r, value, where, "wall_seconds"),
                     .blas_ns = field_get_nanoseconds(r, value, where, "blas_seconds"),
                     .timed_flops = field_get_flops(r, value, where, "timed_flops", false),
                     .shim_ns = field_get_nanoseconds(r, value, where, "shim_seconds")},
        };
    }
}

static uint32_t read_or_null(struct field_reader *r, const json_t *process, const char *key)
{
    return json_is_null(json_object_get(process, key)) ? 0 : field_get_small_number(r, process, "process.", key);
}

/* null, or absent as in older summaries: it has none. */
static int64_t read_rank(struct field_reader *r, const json_t *process)
{
    if (!json_is_integer(json_object_get(process, "rank")))
        return SUMMARY_NO_RANK;
    return (int64_t)(field_get_number(r, process, "process.", "rank", false) & INT64_MAX);
}

static void read_process(struct field_reader *r, const json_t *root)
{
    struct summary *s = r->summary;
    json_t *process = field_get_container(r, root, "", "process", JSON_OBJECT);
    s->pid = field_get_small_number(r, process, "process.", "pid");
    s->ppid = field_get_small_number(r, process, "process.", "ppid");
    s->threads = field_get_small_number(r, process, "process.", "threads");
    s->host = field_get_text(r, process, "process.", "host");
    s->rank = read_rank(r, process);
    s->job = field_get_text(r, process, "process.", "job");
    s->ranks = read_or_null(r, process, "ranks");
    s->job_number = read_or_null(r, process, "job_number");
    s->program = field_get_text(r, process, "process.", "program");
    s->start_realtime_ns = read_start(r, "process.", field_get_text(r, process, "process.", "start"));
    s->wall_ns = field_get_nanoseconds(r, process, "process.", "wall_seconds");
    json_t *time = field_get_container(r, root, "", "time", JSON_OBJECT);
    s->time.wall_ns = field_get_nanoseconds(r, time, "time.", "thread_seconds");
    s->time.blas_ns = field_get_nanoseconds(r, time, "time.", "blas_seconds");
    s->time.shim_ns = field_get_nanoseconds(r, time, "time.", "shim_seconds");
    s->time.timed_flops = field_get_flops(r, time, "time.", "timed_flops", false);
    read_threads(r, time);
    json_t *arguments = field_get_container(r, process, "process.", "arguments", JSON_ARRAY);
    s->arguments = join(r, arguments, "process.arguments", 0, &s->arguments_bytes);
}

static void read_refused(struct field_reader *r, const json_t *root)
{
    struct summary *s = r->summary;
    json_t *refused = field_get_container(r, root, "", "refused", JSON_OBJECT);
    json_t *last = field_get_container(r, refused, "refused.", "last", JSON_OBJECT);
    s->refused_calls = field_get_number(r, refused, "refused.", "calls", false);
    s->refused_operation = field_get_text(r, last, "refused.last.", "operation");
    s->refused_namespace = field_get_text(r, last, "refused.last.", "namespace");
    s->refused_cost = field_get_number(r, last, "refused.last.", "flop_cost", false);
    s->refused_elapsed_ns = field_get_nanoseconds(r, last, "refused.last.", "elapsed_seconds");
    s->refused_limit_ns = field_get_nanoseconds(r, last, "refused.last.", "limit_seconds");
    s->refused_remaining = field_get_flops(r, last, "refused.last.", "flops_remaining", false);
}

static const char *read_reason(struct field_reader *r, const json_t *object, const char *where)
{
    static const char *const reasons[] = {"exit", "exec", "signal", "exhausted", "finalized", "unknown"};
    const char *text = field_get_text(r, object, where, "end_reason");
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (strcmp(text, reasons[i]) == 0)
            return reasons[i];
    if (*text)
        field_complain(r, "%send_reason: expected exit, exec, signal, exhausted, finalized or unknown, found \"%s\"", where,
                       text);
    return "unknown";
}

static struct summary_process read_listed(struct field_reader *r, const json_t *value)
{
    static const char where[] = "processes.";
    json_t *running = json_object_get(value, "running");
    if (!json_is_object(value))
        field_complain(r, "processes: expected objects, found %s", field_type_of(r, value));
    if (running && !json_is_boolean(running))
        field_complain(r, "processes.running: expected true or false, found %s", field_type_of(r, running));
    return (struct summary_process){
        .pid = field_get_small_number(r, value, where, "pid"),
        .ppid = field_get_small_number(r, value, where, "ppid"),
        .exec_number = field_get_small_number(r, value, where, "exec_number"),
        .threads = field_get_small_number(r, value, where, "threads"),
        .program = field_get_text(r, value, where, "program"),
        .flops_used = field_get_flops(r, value, where, "flops_used", false),
        .calls = field_get_number(r, value, where, "calls", false),
        .end_reason = read_reason(r, value, where),
        .end_status = field_get_small_number(r, value, where, "end_status"),
        .running = json_is_true(running),
        .start_realtime_ns = read_start(r, where, field_get_text(r, value, where, "start")),
        .wall_ns = field_get_nanoseconds(r, value, where, "wall_seconds"),
    };
}

/* Reads the list of processes, which older files do not have. */
static void read_processes(struct field_reader *r, const json_t *root)
{
    struct summary *s = r->summary;
    const char *scope = field_get_text(r, root, "", "scope");
    json_t *list = field_get_container(r, root, "", "processes", JSON_ARRAY);
    s->is_tree = strcmp(scope, "tree") == 0;
    if (*scope && !s->is_tree && strcmp(scope, "process") != 0)
        field_complain(r, "scope: expected process or tree, found \"%s\"", scope);
    s->processes = field_room(r, json_array_size(list) * sizeof *s->processes);
    for (size_t i = 0; i < json_array_size(list) && !r->failed; i++) {
        struct summary_process *process = &s->processes[s->process_count];
        *process = read_listed(r, json_array_get(list, i));
        /* Images of the root; a later process may have its pid again. */
        if (!i || (process->pid == s->pid && process->exec_number > s->processes[s->root_end].exec_number)) {
            s->root_end = s->process_count;
            s->running = process->running;
        }
        s->process_count++;
    }
    s->complete = s->complete && !summary_count_running(s);
}

static void read_end(struct field_reader *r, const json_t *root)
{
    struct summary *s = r->summary;
    json_t *complete = json_object_get(root, "complete");
    json_t *why = field_get_container(r, root, "", "incomplete", JSON_ARRAY);
    for (size_t i = 0; i < json_array_size(why); i++)
        for (unsigned bit = 0; bit < SUMMARY_INCOMPLETE_NAMES; bit++) {
            const char *name = json_string_value(json_array_get(why, i));
            if (name && strcmp(name, summary_incomplete_names[bit]) == 0)
                s->incomplete |= 1u << bit;
        }
    s->dropped_calls = field_get_number(r, root, "", "dropped_calls", false);
    s->uncounted_calls = field_get_number(r, root, "", "uncounted_calls", false);
    s->unclosed_calls = field_get_number(r, root, "", "unclosed_calls", false);
    const char *reason = read_reason(r, root, "");
    if (r->failed)
        return;
    summary_set_end(s, reason, field_get_small_number(r, root, "", "end_status"));
    if (complete && !json_is_boolean(complete))
        field_complain(r, "complete: expected true or false, found %s", field_type_of(r, complete));
    s->complete = s->complete && !json_is_false(complete);
}

/* Reads the multiplier as text, so that it is shown as the file has it. */
static const char *read_multiplier(struct field_reader *r, const json_t *root)
{
    char buffer[FIELD_NUMERAL_BYTES], given[MULTIPLIER_BYTES], shown[MULTIPLIER_BYTES];
    json_t *value = json_object_get(root, "flop_multiplier");
    const char *numeral = field_numeral(r, value, buffer);
    if (!value)
        return "1";
    if (numeral && snprintf(given, sizeof given, "%.*s", (int)field_numeral_length(numeral), numeral) < (int)sizeof given &&
        multiplier_text(given, shown))
        return field_copy(r, shown);
    field_complain(r, "flop_multiplier: expected a number above 0, found %s", field_type_of(r, value));
    return "1";
}

static void read_model(struct field_reader *r, const json_t *root)
{
    struct summary *s = r->summary;
    const char *convention = field_get_text(r, root, "", "convention");
    s->version = field_get_text(r, root, "", "flopshim_version");
    s->cost_model = field_get_text(r, root, "", "cost_model");
    s->convention = *convention ? convention : cost_convention_name(COST_OPS);
    if (strcmp(s->convention, "ops") != 0 && strcmp(s->convention, "fma") != 0)
        field_complain(r, "convention: expected ops or fma, found \"%s\"", s->convention);
    s->multiplier = read_multiplier(r, root);
    s->weights = field_get_text(r, root, "", "weights");
    if (!json_is_null(json_object_get(root, "time_limit_seconds")))
        s->time_limit_ns = field_get_nanoseconds(r, root, "", "time_limit_seconds");
}

static void read_root(struct field_reader *r, const json_t *root)
{
    size_t bytes;
    if (!json_is_object(root)) {
        field_complain(r, "not a flopshim summary: expected an object, found %s", field_type_of(r, root));
        return;
    }
    uint64_t schema = field_get_number(r, root, "", "schema_version", true);
    if (schema > SUMMARY_SCHEMA)
        field_complain(r, "schema_version: %" PRIu64 " is newer than this flopshim reads (up to %d)", schema, SUMMARY_SCHEMA);
    if (r->failed)
        return;
    read_model(r, root);
    json_read_counts(r, root, schema);
    read_providers(r, root);
    read_process(r, root);
    read_refused(r, root);
    read_end(r, root);
    read_processes(r, root); /* after the end, which is also that of the root's last image */
    json_t *uncovered = field_get_container(r, root, "", "uncovered", JSON_ARRAY);
    r->summary->uncovered = join(r, uncovered, "uncovered", '\n', &bytes);
}

static json_t *parse(struct field_reader *r, size_t length, char *placed)
{
    const size_t flags = JSON_DECODE_ANY | JSON_REJECT_DUPLICATES;
    json_error_t error;
    json_t *root = json_loadb(placed, field_place_numbers(r->text, length, placed), flags, &error);
    if (!root) {
        /* Complain of the text as it was given. */
        json_decref(json_loadb(r->text, length, flags | JSON_DECODE_INT_AS_REAL, &error));
        field_complain(r, "not valid JSON, line %d: %s", error.line, error.text);
    }
    return root;
}

int summary_from_json(const char *data, size_t length, const char *file, struct summary *summary, char *message, size_t size)
{
    struct field_reader r = {.file = file, .summary = summary, .message = message, .size = size};
    *summary = (struct summary){0};
    char *terminated = malloc(length + 1 + FIELD_PLACED_BYTES(length));
    if (!terminated || summary_reserve(summary, ARENA_FACTOR * length + ARENA_BASE) < 0) {
        field_complain(&r, "out of memory");
        free(terminated);
        return -1;
    }
    memcpy(terminated, data, length);
    terminated[length] = 0;
    r.text = terminated;
    json_t *root = parse(&r, length, terminated + length + 1);
    if (root)
        read_root(&r, root);
    json_decref(root);
    free(terminated);
    if (r.failed)
        summary_free(summary);
    return r.failed ? -1 : 0;
}
