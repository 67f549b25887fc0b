/* Reads what was counted from a JSON summary. A total that its parts contradict is an error; a part that was counted for a
 * name listed nowhere else comes behind those that are listed. */
#include "json_counts.h"
#include "cost.h"
#include "json_shapes.h"
#include "summary_namespaces.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int get_accuracy(struct field_reader *r, const json_t *object, const char *where)
{
    const char *text = field_get_text(r, object, where, "accuracy");
    for (int class = COST_EXACT; class <= COST_ESTIMATE; class ++)
        if (strcmp(text, cost_class_name((enum cost_class) class)) == 0)
            return class;
    if (*text)
        field_complain(r, "%saccuracy: expected exact, leading or estimate, found \"%s\"", where, text);
    return COST_EXACT;
}

static void read_operation(struct field_reader *r, const char *where, const char *name, const json_t *value,
                           struct summary_operation *operation)
{
    char path[256];
    snprintf(path, sizeof path, "%soperations.%s.", where, name);
    if (!json_is_object(value)) {
        field_complain(r, "%soperations.%s: expected an object, found %s", where, name, field_type_of(r, value));
        return;
    }
    operation->name = field_copy(r, name);
    operation->flop_cost = field_get_flops(r, value, path, "flop_cost", true);
    operation->calls = field_get_number(r, value, path, "calls", true);
    operation->elapsed_ns = field_get_nanoseconds(r, value, path, "seconds");
    operation->timed_flops = field_get_flops(r, value, path, "timed_flops", false);
    operation->nested_calls = field_get_number(r, value, path, "nested_calls", false);
    operation->queries = field_get_number(r, value, path, "queries", false);
    operation->accuracy = get_accuracy(r, value, path);
    json_read_shapes(r, path, value, operation);
    if (!operation->calls)
        field_complain(r, "%scalls: expected at least 1, found 0", path);
}

/* Reads the operations of an object. Behind them is room for `more`. */
static struct summary_operation *read_operations(struct field_reader *r, const json_t *object, const char *where, size_t more,
                                                 size_t *count)
{
    json_t *list = field_get_container(r, object, where, "operations", JSON_OBJECT);
    struct summary_operation *operations = field_room(r, (json_object_size(list) + more) * sizeof *operations);
    const char *name;
    json_t *value;
    *count = 0;
    if (!operations)
        return NULL;
    json_object_foreach(list, name, value)
    {
        operations[*count].first_use = *count;
        read_operation(r, where, name, value, &operations[(*count)++]);
        if (r->failed)
            break;
    }
    return operations;
}

/* The number of a routine in an object of such, or 0. */
static uint64_t number_of(const struct field_reader *r, const json_t *object, const char *name)
{
    uint64_t number;
    return field_as_number(r, json_object_get(object, name), &number) ? number : 0;
}

static void check_numbers(struct field_reader *r, const char *where, const json_t *object)
{
    const char *name;
    json_t *value;
    uint64_t number;
    json_object_foreach((json_t *)(uintptr_t)object, name, value)
    {
        if (!field_as_number(r, value, &number))
            field_complain(r, "%s.%s: expected a whole number, found %s", where, name, field_type_of(r, value));
    }
}

/* "queries" repeats what the operations listed say of theirs; it must be the same number. */
static void check_queries(struct field_reader *r, const char *where, const json_t *listed, const json_t *queries)
{
    const char *name;
    json_t *value;
    check_numbers(r, where, queries);
    json_object_foreach((json_t *)(uintptr_t)queries, name, value)
    {
        const json_t *operation = json_object_get(listed, name);
        uint64_t expected = number_of(r, operation, "queries");
        if (operation && number_of(r, queries, name) != expected)
            field_complain(r, "%s.%s: expected %" PRIu64 ", as in operations, found another number", where, name, expected);
    }
}

/* Routines that were only ever nested, or only asked for their workspace, are listed there and nowhere else. They come behind
 * the operations. */
static void read_apart(struct field_reader *r, const json_t *listed, const json_t *nested, const json_t *queries,
                       struct summary_operation *operations, size_t *count)
{
    const json_t *const objects[] = {nested, queries};
    for (int i = 0; i < 2 && !r->failed; i++) {
        const char *name;
        json_t *value;
        json_object_foreach((json_t *)(uintptr_t)objects[i], name, value)
        {
            bool is_known = json_object_get(listed, name) || (i == 1 && number_of(r, nested, name));
            if (is_known || !number_of(r, objects[i], name))
                continue;
            operations[*count] = (struct summary_operation){.name = field_copy(r, name),
                                                            .nested_calls = number_of(r, nested, name),
                                                            .queries = number_of(r, queries, name),
                                                            .first_use = *count};
            ++*count;
        }
    }
}

/* Reads a total, which may be more than the sum of what is listed (scopes inside, or what flopshim_reset() forgot), not less.
 */
static wide get_total(struct field_reader *r, const json_t *object, const char *where, const char *key, wide listed)
{
    wide total = field_get_flops(r, object, where, key, false);
    if (!json_object_get(object, key))
        return listed;
    if (field_sticks(total, listed))
        return listed;
    if (total < listed)
        field_complain(r, "%s%s: expected at least the %s of its operations, found %s", where, key, FIELD_SAY(listed),
                       FIELD_SAY(total));
    return total;
}

/* What the model has of total; the times of the operations are those of self. */
static void read_time(struct field_reader *r, const json_t *object, const char *name, struct summary_time *time)
{
    char inside[256];
    json_t *value = field_get_container(r, object, "by_namespace.", "time", JSON_OBJECT);
    snprintf(inside, sizeof inside, "by_namespace.%s.time.", name);
    time->wall_ns = field_get_nanoseconds(r, value, inside, "wall_seconds");
    time->blas_ns = field_get_nanoseconds(r, value, inside, "blas_seconds");
    time->shim_ns = field_get_nanoseconds(r, value, inside, "shim_seconds");
    time->timed_flops = field_get_flops(r, value, inside, "timed_flops", false);
}

static void read_namespace(struct field_reader *r, const char *name, const json_t *value, uint64_t schema,
                           struct summary_namespace *ns)
{
    char where[256];
    snprintf(where, sizeof where, "by_namespace.%s.", name);
    if (!json_is_object(value)) {
        field_complain(r, "by_namespace.%s: expected an object, found %s", name, field_type_of(r, value));
        return;
    }
    ns->name = field_copy(r, name);
    ns->has_budget = field_get_budget(r, value, where, &ns->flop_budget);
    json_t *queries = field_get_container(r, value, where, "queries", JSON_OBJECT);
    ns->operations = read_operations(r, value, where, json_object_size(queries), &ns->operation_count);
    if (r->failed)
        return;
    snprintf(where, sizeof where, "by_namespace.%s.queries", name);
    check_queries(r, where, json_object_get(value, "operations"), queries);
    if (r->failed)
        return;
    read_apart(r, json_object_get(value, "operations"), NULL, queries, ns->operations, &ns->operation_count);
    snprintf(where, sizeof where, "by_namespace.%s.", name);
    for (size_t i = 0; i < ns->operation_count; i++) {
        ns->self.flops_used = wide_sum(ns->self.flops_used, ns->operations[i].flop_cost);
        ns->self.calls = cost_sum(ns->self.calls, ns->operations[i].calls);
        ns->queries = cost_sum(ns->queries, ns->operations[i].queries);
    }
    /* In version 1 these had the use of scopes inside as well, where there was a budget. */
    wide flops_used = get_total(r, value, where, "flops_used", ns->self.flops_used);
    uint64_t calls = wide_narrow(get_total(r, value, where, "calls", ns->self.calls));
    if (schema > 1)
        ns->self = (struct summary_use){flops_used, calls};
}

static void check_use(struct field_reader *r, const json_t *ns, const char *name, const char *which,
                      const struct summary_use *use)
{
    char where[256];
    snprintf(where, sizeof where, "by_namespace.%s.", name);
    const json_t *object = field_get_container(r, ns, where, which, JSON_OBJECT);
    const wide expected[] = {use->flops_used, use->calls};
    static const char *const keys[] = {"flops_used", "calls"};
    for (int i = 0; i < 2 && object; i++) {
        wide found;
        json_t *value = json_object_get(object, keys[i]);
        if (value && (!field_as_flops(r, value, &found) || (found != expected[i] && !field_sticks(found, expected[i]))))
            field_complain(r, "%s%s.%s: expected %s, which its operations%s add up to", where, which, keys[i],
                           FIELD_SAY(expected[i]), strcmp(which, "self") != 0 ? " and those below it" : "");
    }
}

static void read_namespaces(struct field_reader *r, const json_t *root, uint64_t schema)
{
    struct summary *s = r->summary;
    json_t *list = field_get_container(r, root, "", "by_namespace", JSON_OBJECT);
    const char *name;
    json_t *value;
    s->namespaces = field_room(r, json_object_size(list) * sizeof *s->namespaces);
    json_object_foreach(list, name, value)
    {
        if (r->failed)
            return;
        s->namespaces[s->namespace_count].first_use = s->namespace_count;
        read_namespace(r, name, value, schema, &s->namespaces[s->namespace_count++]);
    }
    if (r->failed)
        return;
    namespaces_add_up(s);
    for (size_t i = 0; i < s->namespace_count; i++) {
        struct summary_namespace *ns = &s->namespaces[i];
        read_time(r, json_object_get(list, ns->name), ns->name, &ns->time);
        check_use(r, json_object_get(list, ns->name), ns->name, "self", &ns->self);
        check_use(r, json_object_get(list, ns->name), ns->name, "total", &ns->total);
    }
}

static void read_totals(struct field_reader *r, const json_t *root)
{
    struct summary *s = r->summary;
    json_t *nested = field_get_container(r, root, "", "nested", JSON_OBJECT);
    json_t *inner = field_get_container(r, nested, "nested.", "operations", JSON_OBJECT);
    json_t *queries = field_get_container(r, root, "", "queries", JSON_OBJECT);
    s->has_budget = field_get_budget(r, root, "", &s->flop_budget);
    s->nested_calls = field_get_number(r, nested, "nested.", "calls", false);
    if (!json_object_get(root, "operations"))
        field_complain(r, "operations: expected an object, found nothing");
    s->operations = read_operations(r, root, "", json_object_size(inner) + json_object_size(queries), &s->operation_count);
    check_numbers(r, "nested.operations", inner);
    check_queries(r, "queries", json_object_get(root, "operations"), queries);
    if (r->failed)
        return;
    read_apart(r, json_object_get(root, "operations"), inner, queries, s->operations, &s->operation_count);
    for (size_t i = 0; i < s->operation_count; i++) {
        struct summary_operation *operation = &s->operations[i];
        s->flops_used = wide_sum(s->flops_used, operation->flop_cost);
        s->calls = cost_sum(s->calls, operation->calls);
        s->queries = cost_sum(s->queries, operation->queries);
        s->accuracy_flops[operation->accuracy] = wide_sum(s->accuracy_flops[operation->accuracy], operation->flop_cost);
    }
    s->flops_used = get_total(r, root, "", "flops_used", s->flops_used);
    json_t *log = field_get_container(r, root, "", "call_log", JSON_OBJECT);
    s->log.recorded = log;
    s->log.calls = field_get_number(r, log, "call_log.", "calls", false);
    s->log.overwritten = field_get_number(r, log, "call_log.", "overwritten_calls", false);
}

void json_read_counts(struct field_reader *r, const json_t *root, uint64_t schema)
{
    read_totals(r, root);
    if (!r->failed)
        read_namespaces(r, root, schema);
}
