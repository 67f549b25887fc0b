/* Reads shapes from a JSON summary: dimensions are whole numbers, options one letter or a number. What the listed ones and the
 * others add up to is the operation's. */
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

static void read_shape(struct field_reader *r, const char *where, const json_t *value, struct summary_shape *shape)
{
    char text[SHAPE_BYTES] = "";
    if (!json_is_object(value)) {
        field_complain(r, "%.*s: expected an object, found %s", (int)strlen(where) - 1, where, field_type_of(r, value));
        return;
    }
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
    shape->calls = field_get_number(r, value, where, "calls", true);
    shape->flop_cost = field_get_number(r, value, where, "flop_cost", true);
}

static void check_sum(struct field_reader *r, const char *where, const char *key, uint64_t sum, uint64_t expected)
{
    if (sum != expected)
        field_complain(r, "%sshapes: expected the %" PRIu64 " of %s in all, found %" PRIu64, where, expected, key, sum);
}

void json_read_shapes(struct field_reader *r, const char *where, const json_t *object, struct summary_operation *operation)
{
    json_t *list = field_get_container(r, object, where, "shapes", JSON_ARRAY);
    json_t *other = field_get_container(r, object, where, "other_shapes", JSON_OBJECT);
    char path[512];
    if (r->failed || !list)
        return;
    operation->is_shaped = true;
    operation->shapes = field_room(r, json_array_size(list) * sizeof *operation->shapes);
    snprintf(path, sizeof path, "%sother_shapes.", where);
    uint64_t calls = field_get_number(r, other, path, "calls", false);
    uint64_t flops = field_get_number(r, other, path, "flop_cost", false);
    operation->error_calls = field_get_number(r, other, path, "calls_error", false);
    operation->error_flops = field_get_number(r, other, path, "flop_cost_error", false);
    for (size_t i = 0; !r->failed && i < json_array_size(list); i++) {
        struct summary_shape *shape = &operation->shapes[operation->shape_count++];
        snprintf(path, sizeof path, "%sshapes[%zu].", where, i);
        read_shape(r, path, json_array_get(list, i), shape);
        calls = cost_sum(calls, shape->calls);
        flops = cost_sum(flops, shape->flop_cost);
    }
    check_sum(r, where, "calls", calls, operation->calls);
    check_sum(r, where, "flop_cost", flops, operation->flop_cost);
}
