/* What FLOP_DETAIL recorded, as JSON (json_details.h). */
#include "json_details.h"
#include "precisions.h"
#include "summary_callers.h"
#include "summary_moved.h"
#include <string.h>

/* "m=512 side=L" as members: a letter is a string. */
static void put_dims(struct json *json, const char *text)
{
    json_open(json, "dims", "{");
    while (*text) {
        size_t length = strcspn(text, " "), name = strcspn(text, "= ");
        json_item(json);
        out_quoted(json->out, text, name);
        out_text(json->out, ": ");
        size_t value = name + (name < length);
        if (length > value && text[length - 1] >= '0' && text[length - 1] <= '9')
            out_bytes(json->out, text + value, length - value);
        else
            out_quoted(json->out, text + value, length - value);
        text += length + (text[length] != 0);
    }
    json_close(json, "}");
}

static void put_others(struct json *json, const char *key, const struct summary_use *other, uint64_t error_calls,
                       wide error_flops)
{
    json_open(json, key, "{");
    json_number(json, "calls", other->calls);
    json_number(json, "flop_cost", other->flops_used);
    json_number(json, "calls_error", error_calls);
    json_number(json, "flop_cost_error", error_flops);
    json_close(json, "}");
}

/* What is not known is left out. */
static void put_caller(struct json *json, const struct summary_caller *caller)
{
    const char *const keys[] = {"object", "build_id", "file", "function"};
    const char *const texts[] = {caller->object, caller->build, caller->file, caller->function};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (*texts[i])
            json_text(json, keys[i], texts[i]);
    if (*caller->object)
        json_number(json, "address", caller->address);
    if (caller->line)
        json_number(json, "line", caller->line);
}

/* others: the key of what is in no row. */
static void put_histogram(struct json *json, const char *key, const char *others, const struct summary_operation *operation,
                          const struct summary_histogram *histogram)
{
    struct summary_use other = summary_others(operation, histogram);
    int routine = histogram->count ? precisions_routine(operation->name) : -1;
    wide bytes;
    json_open(json, key, "[");
    for (size_t i = 0; i < histogram->count; i++) {
        const struct summary_shape *row = &histogram->rows[i];
        json_item(json);
        json_open(json, NULL, "{");
        if (row->caller)
            put_caller(json, row->caller);
        else
            put_dims(json, row->text);
        json_number(json, "calls", row->calls);
        json_number(json, "flop_cost", row->flop_cost);
        if (routine >= 0 && summary_moved_by_shape(routine, row, &bytes))
            json_number(json, "bytes", bytes);
        json_close(json, "}");
    }
    json_close(json, "]");
    put_others(json, others, &other, histogram->error_calls, histogram->error_flops);
}

void json_shapes(struct json *json, const struct summary_operation *operation)
{
    put_histogram(json, "shapes", "other_shapes", operation, &operation->shapes);
}

void json_callers(struct json *json, const struct summary_operation *operation)
{
    put_histogram(json, "callers", "other_callers", operation, &operation->callers);
}

static void put_use(struct json *json, const struct callers_use *use, const struct callers_cell *cells)
{
    json_item(json);
    json_open(json, NULL, "{");
    put_caller(json, use->caller);
    json_number(json, "calls", use->calls);
    json_number(json, "flop_cost", use->flop_cost);
    json_open(json, "operations", "{");
    for (size_t i = use->first; i < use->first + use->count; i++) {
        json_open(json, cells[i].operation->name, "{");
        json_number(json, "calls", cells[i].row->calls);
        json_number(json, "flop_cost", cells[i].row->flop_cost);
        json_close(json, "}");
    }
    json_close(json, "}");
    json_close(json, "}");
}

void json_by_caller(struct json *json, const struct summary *s)
{
    struct callers callers;
    if (!summary_has_callers(s))
        return;
    if (!callers_open(&callers, s)) {
        json->out->failed = true;
        return;
    }
    json_open(json, "by_caller", "[");
    for (size_t i = 0; i < callers.count; i++)
        put_use(json, &callers.uses[i], callers.cells);
    json_close(json, "]");
    put_others(json, "other_callers", &callers.others, callers.error_calls, callers.error_flops);
    callers_close(&callers);
}

void json_log(struct json *json, const struct summary *s)
{
    if (!s->log.recorded)
        return;
    json_open(json, "call_log", "{");
    json_number(json, "calls", s->log.calls);
    json_number(json, "overwritten_calls", s->log.overwritten);
    json_close(json, "}");
}
