/* Adds up the shapes of members' calls: all are put into one list, which is sorted, so that equal ones come one behind the
 * other. */
#include "merge_sums.h"
#include <stdlib.h>
#include <string.h>

/* A shape of a use of a member's, or where `shape` is NULL what the use has beyond those. */
struct item {
    const char *routine, *shape;
    wide flop_cost, calls, error_calls, error_flops;
    size_t member;
};

static size_t count_items(const struct members *m, bool *recorded)
{
    size_t count = 0;
    for (size_t i = 0; i < m->count; i++)
        for (size_t j = 0; j < m->list[i].use_count; j++) {
            const struct member_shapes *shapes = m->list[i].uses[j].shapes;
            *recorded |= shapes != NULL;
            count += 1 + (shapes ? shapes->count : 0);
        }
    return count;
}

/* Returns how many items were added. */
static size_t add_use(struct item *items, const struct member_use *use, size_t member)
{
    const struct member_shapes *shapes = use->shapes;
    size_t count = shapes ? shapes->count : 0;
    struct item rest = {.routine = use->routine, .flop_cost = use->flop_cost, .calls = use->calls, .member = member};
    for (size_t i = 0; i < count; i++) {
        const struct member_shape *row = &shapes->rows[i];
        items[i] = (struct item){
            .routine = use->routine, .shape = row->text, .flop_cost = row->flop_cost, .calls = row->calls, .member = member};
        rest.flop_cost = wide_less(rest.flop_cost, row->flop_cost);
        rest.calls = wide_less(rest.calls, row->calls);
    }
    rest.error_calls = shapes ? shapes->error_calls : rest.calls;
    rest.error_flops = shapes ? shapes->error_flops : rest.flop_cost;
    items[count] = rest;
    return count + (rest.calls || rest.flop_cost || rest.error_calls || rest.error_flops);
}

/* Without a shape behind those that have one. */
static int by_shape(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) : !a - !b;
}

static int by_item(const void *left, const void *right)
{
    const struct item *a = left, *b = right;
    int order = strcmp(a->routine, b->routine);
    order = order ? order : by_shape(a->shape, b->shape);
    return order ? order : (a->member > b->member) - (a->member < b->member);
}

/* The row of the items from `first` on, which are of one shape; *next: behind them. */
static struct merge_shape row_of(const struct item *items, size_t count, size_t first, size_t *next)
{
    const struct item *of = &items[first];
    struct merge_shape row = {.routine = of->routine, .shape = of->shape};
    size_t i = first;
    for (; i < count && items[i].routine == of->routine && items[i].shape == of->shape; i++) {
        row.flop_cost += items[i].flop_cost;
        row.calls += items[i].calls;
        row.error_flops += items[i].error_flops;
        row.error_calls += items[i].error_calls;
        row.members += i == first || items[i].member != items[i - 1].member;
    }
    *next = i;
    return row;
}

static int by_cost(const void *left, const void *right)
{
    const struct merge_shape *a = left, *b = right;
    if (!a->shape || !b->shape)
        return !a->shape - !b->shape;
    return a->flop_cost == b->flop_cost ? strcmp(a->shape, b->shape) : a->flop_cost < b->flop_cost ? 1 : -1;
}

/* The rows of a routine, whose items are found by its name; *rows is set behind them. */
static void add_routine(const char *routine, const struct item *items, size_t count, struct merge_shape **rows)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(items[middle].routine, routine) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    struct merge_shape *first = *rows;
    for (size_t i = low; i < count && items[i].routine == routine;)
        *(*rows)++ = row_of(items, count, i, &i);
    qsort(first, (size_t)(*rows - first), sizeof *first, by_cost);
}

int merge_sum_shapes(const struct members *m, struct merge_sums *sums)
{
    size_t room = count_items(m, &sums->has_shapes), count = 0;
    if (!sums->has_shapes)
        return 0;
    struct item *items = calloc(room + 1, sizeof *items);
    sums->shapes = calloc(room + 1, sizeof *sums->shapes);
    for (size_t i = 0; items && sums->shapes && i < m->count; i++)
        for (size_t j = 0; j < m->list[i].use_count; j++)
            count += add_use(items + count, &m->list[i].uses[j], i);
    if (items && sums->shapes) {
        struct merge_shape *end = sums->shapes;
        qsort(items, count, sizeof *items, by_item);
        for (size_t i = 0; i < sums->routine_count; i++)
            add_routine(sums->routines[i].routine, items, count, &end);
        sums->shape_count = (size_t)(end - sums->shapes);
    }
    bool done = items && sums->shapes;
    free(items);
    return done ? 0 : -1;
}
