/* Reads shapes and callers from a JSON summary: dimensions are whole numbers, options one letter or a number. What the listed
 * ones and the others add up to is the operation's. */
#include "json_shapes.h"
#include "cost.h"
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SHAPE_BYTES 512 /* as a ledger's can have */

static bool is_name(const char *name)
{
    while (isalnum((unsigned char)*name) || *name == '_')
        name++;
    return !*name;
}

/* Append "name=value". */
static bool add_dim(const struct field_reader *r, const char *name, const json_t *value, char *text)
{
    char buffer[FIELD_NUMERAL_BYTES];
    size_t used = strlen(text);
    const char *word = json_is_string(value) ? json_string_value(value) : field_numeral(r, value, buffer);
    size_t length = !word ? 0 : json_is_string(value) ? strlen(word) : field_numeral_length(word);
    bool is_letter = json_is_string(value) && length == 1 && *word >= 'A' && *word <= 'Z';
    bool is_number = word && !json_is_string(value) && length && strspn(word, "-0123456789") >= length;
    if (!is_name(name) || (!is_letter && !is_number) || used + strlen(name) + length + 3 > SHAPE_BYTES)
        return false;
    snprintf(text + used, SHAPE_BYTES - used, "%s%s=%.*s", used ? " " : "", name, (int)length, word);
    return true;
}

static void read_dims(struct field_reader *r, const char *where, const json_t *value, struct summary_shape *shape)
{
    char text[SHAPE_BYTES] = "";
    const json_t *dims = field_get_container(r, value, where, "dims", JSON_OBJECT);
    const char *name;
    json_t *dim;
    json_object_foreach((json_t *)(uintptr_t)dims, name, dim)
    {
        if (add_dim(r, name, dim, text))
            continue;
        field_complain(r, "%sdims: expected whole numbers and capital letters by name, found something else", where);
        return;
    }
    shape->text = field_copy(r, text);
}

static void read_caller(struct field_reader *r, const char *where, const json_t *value, struct summary_shape *shape)
{
    shape->text = "";
    shape->caller = field_room(r, sizeof *shape->caller);
    if (!shape->caller)
        return;
    *shape->caller = (struct summary_caller){
        .object = field_get_text(r, value, where, "object"),
        .build = field_get_text(r, value, where, "build_id"),
        .address = field_get_number(r, value, where, "address", false),
        .file = field_get_text(r, value, where, "file"),
        .line = field_get_number(r, value, where, "line", false),
        .function = field_get_text(r, value, where, "function"),
    };
}

/* A histogram and what its rows are: the names of both, and how a row is read. */
struct kind {
    const char *rows;
    const char *others;
    void (*read)(struct field_reader *r, const char *where, const json_t *value, struct summary_shape *shape);
};

static void read_row(struct field_reader *r, const struct kind *kind, const char *where, const json_t *value,
                     struct summary_shape *shape)
{
    if (!json_is_object(value)) {
        field_complain(r, "%.*s: expected an object, found %s", (int)strlen(where) - 1, where, field_type_of(r, value));
        return;
    }
    *shape = (struct summary_shape){.text = ""};
    kind->read(r, where, value, shape);
    shape->calls = field_get_number(r, value, where, "calls", true);
    shape->flop_cost = field_get_flops(r, value, where, "flop_cost", true);
}

static void check_sum(struct field_reader *r, const char *path, const char *key, wide sum, wide expected)
{
    if (sum != expected && !field_sticks(expected, sum))
        field_complain(r, "%s: expected the %s of %s in all, found %s", path, FIELD_SAY(expected), key, FIELD_SAY(sum));
}

static void read_histogram(struct field_reader *r, const struct kind *kind, const char *where, const json_t *object,
                           const struct summary_operation *operation, struct summary_histogram *histogram)
{
    json_t *list = field_get_container(r, object, where, kind->rows, JSON_ARRAY);
    json_t *other = field_get_container(r, object, where, kind->others, JSON_OBJECT);
    char path[512];
    if (r->failed || !list)
        return;
    histogram->recorded = true;
    histogram->rows = field_room(r, json_array_size(list) * sizeof *histogram->rows);
    snprintf(path, sizeof path, "%s%s.", where, kind->others);
    uint64_t calls = field_get_number(r, other, path, "calls", false);
    wide flops = field_get_flops(r, other, path, "flop_cost", false);
    histogram->error_calls = field_get_number(r, other, path, "calls_error", false);
    histogram->error_flops = field_get_flops(r, other, path, "flop_cost_error", false);
    for (size_t i = 0; !r->failed && i < json_array_size(list); i++) {
        struct summary_shape *row = &histogram->rows[histogram->count++];
        snprintf(path, sizeof path, "%s%s[%zu].", where, kind->rows, i);
        read_row(r, kind, path, json_array_get(list, i), row);
        calls = cost_sum(calls, row->calls);
        flops = wide_sum(flops, row->flop_cost);
    }
    snprintf(path, sizeof path, "%s%s", where, kind->rows);
    check_sum(r, path, "calls", calls, operation->calls);
    check_sum(r, path, "flop_cost", flops, operation->flop_cost);
}

void json_read_shapes(struct field_reader *r, const char *where, const json_t *object, struct summary_operation *operation)
{
    static const struct kind shapes = {"shapes", "other_shapes", read_dims};
    static const struct kind callers = {"callers", "other_callers", read_caller};
    read_histogram(r, &shapes, where, object, operation, &operation->shapes);
    read_histogram(r, &callers, where, object, operation, &operation->callers);
}
