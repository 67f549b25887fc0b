/* Pairs the rows of two summaries: those of both are put in one list, sorted by name, and neighbours of one name are one row.
 */
#include "diff.h"
#include <stdlib.h>
#include <string.h>

const char diff_other_shapes[] = "(not listed)"; /* no shape begins so */
const char *const diff_status_names[] = {"same", "changed", "new", "gone"};

/* A list that grows, of rows that have one side each. */
struct list {
    struct diff_table *table;
    size_t room;
    bool is_b;
    bool failed;
};

static void add(struct list *list, struct diff_row row, struct diff_side side)
{
    struct diff_table *table = list->table;
    if (table->count == list->room) {
        list->room = 2 * list->room + 64;
        struct diff_row *rows = reallocarray(table->rows, list->room, sizeof *rows);
        if (!rows) {
            list->failed = true;
            list->room = table->count;
            return;
        }
        table->rows = rows;
    }
    side.present = true;
    *(list->is_b ? &row.b : &row.a) = side;
    table->rows[table->count++] = row;
}

static struct diff_side side_of(const struct summary_operation *operation)
{
    return (struct diff_side){.flop_cost = operation->flop_cost,
                              .calls = operation->calls,
                              .elapsed_ns = operation->elapsed_ns,
                              .timed_flops = operation->timed_flops};
}

/* Time is not known by shape. */
static void add_shapes(struct list *list, const char *name_space, const struct summary_operation *operation)
{
    struct diff_row row = {.name_space = name_space, .routine = operation->name};
    struct diff_side side = {.error_calls = operation->shapes.error_calls, .error_flops = operation->shapes.error_flops};
    struct summary_use other = summary_others(operation, &operation->shapes);
    for (size_t i = 0; i < operation->shapes.count; i++) {
        row.shape = operation->shapes.rows[i].text;
        side.flop_cost = operation->shapes.rows[i].flop_cost;
        side.calls = operation->shapes.rows[i].calls;
        add(list, row, side);
    }
    row.shape = diff_other_shapes;
    if (other.calls || other.flops_used)
        add(list, row, (struct diff_side){.flop_cost = other.flops_used, .calls = other.calls});
}

static void add_operations(struct list *list, enum diff_view view, const char *name_space,
                           const struct summary_operation *operations, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!operations[i].calls)
            continue;
        if (view != DIFF_SHAPES)
            add(list, (struct diff_row){.name_space = name_space, .routine = operations[i].name}, side_of(&operations[i]));
        else if (operations[i].shapes.recorded)
            add_shapes(list, name_space, &operations[i]);
    }
}

static void add_namespace(struct list *list, const struct summary_namespace *ns)
{
    struct diff_side side = {.flop_cost = ns->self.flops_used, .calls = ns->self.calls};
    for (size_t i = 0; i < ns->operation_count; i++) {
        side.elapsed_ns += ns->operations[i].elapsed_ns;
        side.timed_flops += ns->operations[i].timed_flops;
    }
    if (side.calls)
        add(list, (struct diff_row){.name_space = ns->name}, side);
}

static void add_summary(struct list *list, enum diff_view view, const struct summary *s)
{
    if (view == DIFF_ROUTINES)
        add_operations(list, view, NULL, s->operations, s->operation_count);
    for (size_t i = 0; view != DIFF_ROUTINES && i < s->namespace_count; i++) {
        const struct summary_namespace *ns = &s->namespaces[i];
        if (view == DIFF_NAMESPACES)
            add_namespace(list, ns);
        else
            add_operations(list, view, ns->name, ns->operations, ns->operation_count);
    }
}

static int by_text(const char *x, const char *y)
{
    return !x || !y ? !!x - !!y : strcmp(x, y);
}

static int by_name(const void *left, const void *right)
{
    const struct diff_row *x = left, *y = right;
    int order = by_text(x->name_space, y->name_space);
    order = order ? order : by_text(x->routine, y->routine);
    return order ? order : by_text(x->shape, y->shape);
}

static int descending(wide x, wide y)
{
    return (x < y) - (x > y);
}

static int by_difference(const void *left, const void *right)
{
    const struct diff_row *x = left, *y = right;
    int order = descending(diff_distance(x->a.flop_cost, x->b.flop_cost), diff_distance(y->a.flop_cost, y->b.flop_cost));
    order = order ? order : descending(diff_distance(x->a.calls, x->b.calls), diff_distance(y->a.calls, y->b.calls));
    return order ? order : by_name(left, right);
}

static void pair(struct diff_table *table)
{
    size_t count = 0;
    qsort(table->rows, table->count, sizeof *table->rows, by_name);
    for (size_t i = 0; i < table->count; i++) {
        struct diff_row *row = &table->rows[i], *last = count ? &table->rows[count - 1] : NULL;
        if (last && by_name(last, row) == 0)
            *(row->b.present ? &last->b : &last->a) = row->b.present ? row->b : row->a;
        else
            table->rows[count++] = *row;
    }
    table->count = count;
}

/* What is known of a shape that one side does not list: that it had no more than the routine's error. */
static const struct summary_operation *find(const struct summary *s, const struct diff_row *row)
{
    for (size_t i = 0; i < s->namespace_count; i++)
        for (size_t j = 0; strcmp(s->namespaces[i].name, row->name_space) == 0 && j < s->namespaces[i].operation_count; j++)
            if (strcmp(s->namespaces[i].operations[j].name, row->routine) == 0)
                return &s->namespaces[i].operations[j];
    return NULL;
}

static void bound(struct diff_side *side, const struct summary *s, const struct diff_row *row)
{
    const struct summary_operation *operation = side->present || row->shape == diff_other_shapes ? NULL : find(s, row);
    if (!operation)
        return;
    side->error_calls = operation->shapes.error_calls;
    side->error_flops = operation->shapes.error_flops;
}

static int make_view(struct diff *diff, enum diff_view view)
{
    struct list list = {.table = &diff->views[view]};
    if (view == DIFF_SHAPES && (!summary_has_shapes(diff->a) || !summary_has_shapes(diff->b)))
        return 0;
    add_summary(&list, view, diff->a);
    list.is_b = true;
    add_summary(&list, view, diff->b);
    if (list.failed)
        return -1;
    if (!list.table->count)
        return 0;
    pair(list.table);
    for (size_t i = 0; view == DIFF_SHAPES && i < list.table->count; i++) {
        struct diff_row *row = &list.table->rows[i];
        bound(&row->a, diff->a, row);
        bound(&row->b, diff->b, row);
    }
    qsort(list.table->rows, list.table->count, sizeof *list.table->rows, by_difference);
    return 0;
}

static struct diff_side total_of(const struct summary *s)
{
    struct diff_side side = {.present = true, .flop_cost = s->flops_used, .calls = s->calls};
    for (size_t i = 0; i < s->operation_count; i++) {
        side.elapsed_ns += s->operations[i].elapsed_ns;
        side.timed_flops += s->operations[i].timed_flops;
    }
    return side;
}

int diff_make(const struct summary *a, const struct summary *b, struct diff *diff)
{
    *diff = (struct diff){.a = a, .b = b, .total = {.a = total_of(a), .b = total_of(b)}};
    for (int view = 0; view < DIFF_VIEWS; view++)
        if (make_view(diff, (enum diff_view)view) < 0) {
            diff_free(diff);
            return -1;
        }
    return 0;
}

void diff_free(struct diff *diff)
{
    for (int view = 0; view < DIFF_VIEWS; view++)
        free(diff->views[view].rows);
    *diff = (struct diff){0};
}

bool diff_is_uncertain(const struct diff_row *row)
{
    return row->a.error_calls || row->b.error_calls || row->a.error_flops || row->b.error_flops;
}

enum diff_status diff_status(const struct diff_row *row)
{
    if (row->a.present && row->b.present)
        return row->a.flop_cost == row->b.flop_cost && row->a.calls == row->b.calls ? DIFF_SAME : DIFF_CHANGED;
    if (row->a.present ? row->b.error_calls : row->a.error_calls)
        return DIFF_CHANGED; /* it may have been there, unlisted */
    return row->a.present ? DIFF_GONE : DIFF_NEW;
}

wide diff_distance(wide a, wide b)
{
    return a > b ? a - b : b - a;
}

bool diff_grew_above(wide before, wide after, uint64_t limit)
{
    wide change, allowed;
    if (after <= before)
        return false;
    return !__builtin_mul_overflow(before, limit, &allowed) &&
           (__builtin_mul_overflow(after - before, 1000000u, &change) || change > allowed);
}
