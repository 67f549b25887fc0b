/* Reads the shapes of a ledger. Every call of an operation is either one of its shapes' or one of those that are in no list, so
 * that the sums are right whatever a shape's record holds; from a ledger that is written to meanwhile a shape may be newer than
 * its tally: what is too much is left out. */
#include "summary_shapes.h"
#include "cost.h"
#include "ledger_walk.h"
#include "order.h"
#include <string.h>

#define NAME_BYTES 24 /* of an argument; cut where it is longer: none of ours is */

struct shape_reading {
    uint32_t tally;
    uint32_t names;
    int64_t values[LEDGER_SHAPE_VALUES];
    uint64_t calls;
    uint64_t flops;
    uint64_t missed_calls;
    uint64_t missed_flops;
    bool is_readable; /* else only that there is one, of this tally */
};

_Static_assert(sizeof(struct shape_reading) <= ORDER_MAX_BYTES && sizeof(struct summary_operation) <= ORDER_MAX_BYTES &&
                   sizeof(struct summary_namespace) <= ORDER_MAX_BYTES,
               "can be sorted");

/* ---- text ---- */

struct text {
    char *to; /* NULL: it is only measured */
    size_t length;
};

static void put(struct text *text, char c)
{
    if (text->to)
        text->to[text->length] = c;
    text->length++;
}

static void put_value(struct text *text, int64_t value, bool is_option)
{
    char digits[24];
    size_t count = 0;
    if (is_option && value >= 'A' && value <= 'Z') {
        put(text, (char)value);
        return;
    }
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    if (value < 0)
        put(text, '-');
    do
        digits[count++] = (char)('0' + rest % 10);
    while ((rest /= 10) != 0);
    while (count)
        put(text, digits[--count]);
}

/* Of a name of an argument; a ledger may hold others. */
static bool is_of_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* "m=512 n=512 side=L", and its length without the end. */
size_t shapes_text(const char *names, const int64_t *values, char *to)
{
    struct text text = {.to = to};
    bool is_option = *names == '|';
    names += is_option;
    for (int i = 0; *names && i < LEDGER_SHAPE_VALUES; i++) {
        if (i)
            put(&text, ' ');
        for (int n = 0; *names && *names != ' ' && *names != '|'; names++, n++)
            if (n < NAME_BYTES)
                put(&text, is_of_name(*names) ? *names : '_');
        put(&text, '=');
        put_value(&text, values[i], is_option);
        is_option |= *names == '|';
        names += *names != 0;
    }
    if (to)
        to[text.length] = 0;
    return text.length;
}

/* ---- reading ---- */

static int by_tally(const void *left, const void *right, const void *context)
{
    const struct shape_reading *a = left, *b = right;
    (void)context;
    return a->tally == b->tally ? 0 : a->tally < b->tally ? -1 : 1;
}

size_t shapes_scratch(size_t records)
{
    return records * sizeof(struct shape_reading);
}

void shapes_collect(struct shapes *shapes, const struct ledger_view *view, enum ledger_kind kind, void *scratch, size_t records)
{
    struct ledger_cursor cursor = {.view = view, .kind = kind};
    uint32_t detail = kind == LEDGER_SHAPES ? LEDGER_DETAIL_SHAPES : LEDGER_DETAIL_CALLERS;
    const struct ledger_shape *record;
    *shapes = (struct shapes){.view = view, .readings = scratch, .kind = kind, .recorded = view->header->detail & detail};
    while (shapes->count < records && (record = ledger_next_record(&cursor)) != NULL) {
        struct ledger_shape copy;
        struct ledger_counts counts;
        enum ledger_shape_state state = ledger_shape_read(record, &copy, &counts);
        if (state == LEDGER_SHAPE_UNUSED)
            continue;
        struct shape_reading *reading = &shapes->readings[shapes->count++];
        *reading = (struct shape_reading){.tally = copy.tally, .is_readable = state >= LEDGER_SHAPE_DOUBTFUL};
        shapes->doubtful |= state == LEDGER_SHAPE_DOUBTFUL || state == LEDGER_SHAPE_DAMAGED;
        if (!reading->is_readable)
            continue;
        reading->names = copy.names;
        memcpy(reading->values, copy.values, sizeof reading->values);
        reading->calls = counts.calls;
        reading->flops = counts.flops;
        reading->missed_calls = copy.missed_calls;
        reading->missed_flops = copy.missed_flops;
    }
    order_sort(shapes->readings, shapes->count, sizeof *shapes->readings, by_tally, NULL);
}

static const char *names_of(const struct shapes *shapes, const struct shape_reading *reading)
{
    return ledger_string(shapes->view, reading->names);
}

/* Strings of callers stay in the ledger. */
size_t shapes_arena(const struct shapes *shapes)
{
    size_t bytes = 2 * shapes->count * sizeof(struct summary_shape) + 64;
    if (shapes->kind == LEDGER_CALLERS)
        return bytes + shapes->count * sizeof(struct summary_caller);
    for (size_t i = 0; i < shapes->count; i++)
        bytes += shapes_text(names_of(shapes, &shapes->readings[i]), shapes->readings[i].values, NULL) + 1;
    return bytes;
}

void shapes_reserve(struct shapes *shapes, struct summary *summary)
{
    size_t rows = 2 * shapes->count * sizeof(struct summary_shape);
    shapes->rows = summary_alloc(summary, rows);
    shapes->text = summary_alloc(summary, shapes_arena(shapes) - rows - 32);
    shapes->callers = (struct summary_caller *)(void *)shapes->text;
}

/* ---- lists ---- */

static struct summary_shape *append(struct shapes *shapes, struct summary_histogram *to)
{
    if (!to->count)
        to->rows = shapes->rows;
    to->count++;
    return shapes->rows++;
}

/* The first of a tally's, or where they would be. */
static size_t first_of(const struct shapes *shapes, uint32_t tally)
{
    size_t low = 0, high = shapes->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (shapes->readings[middle].tally < tally)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t most(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/* The records of one tally, and what they say that a shape may lack. */
struct group {
    size_t first;
    size_t count;
    uint64_t missed_calls;
    uint64_t missed_flops;
    bool is_whole;
};

static struct group group_of(const struct shapes *shapes, uint32_t tally)
{
    struct group group = {.first = first_of(shapes, tally), .is_whole = true};
    for (size_t i = group.first; i < shapes->count && shapes->readings[i].tally == tally; i++, group.count++) {
        const struct shape_reading *reading = &shapes->readings[i];
        group.is_whole &= reading->is_readable;
        group.missed_calls = most(group.missed_calls, reading->missed_calls);
        group.missed_flops = most(group.missed_flops, reading->missed_flops);
    }
    group.is_whole &= group.count != 0;
    return group;
}

/* What a shape may lack, or have without a record: what the records say, but not more than was left out. Where they say
 * nothing, what was left out was on its way; where one cannot be read, what the algorithm promises (shape_table.h). */
static uint64_t error_of(const struct group *group, uint64_t missed, uint64_t all, uint64_t left_out)
{
    uint64_t bound = !group->is_whole ? all / (group->count / 4 + 1) : missed ? missed : left_out;
    return least(bound, left_out);
}

static void describe(struct shapes *shapes, const struct shape_reading *reading, struct summary_shape *row)
{
    const int64_t *values = reading->values;
    if (shapes->kind == LEDGER_SHAPES) {
        row->text = shapes->text;
        shapes->text += shapes_text(names_of(shapes, reading), values, shapes->text) + 1;
        return;
    }
    const char *object = ledger_string(shapes->view, (uint32_t)values[LEDGER_CALLER_OBJECT]);
    row->caller = shapes->callers++;
    *row->caller = (struct summary_caller){
        .object = object,
        .build = *object ? ledger_string(shapes->view, (uint32_t)values[LEDGER_CALLER_BUILD]) : "",
        .address = *object ? (uint64_t)values[LEDGER_CALLER_ADDRESS] : 0,
        .file = ledger_string(shapes->view, (uint32_t)values[LEDGER_CALLER_FILE]),
        .line = (uint64_t)values[LEDGER_CALLER_LINE],
        .function = ledger_string(shapes->view, (uint32_t)values[LEDGER_CALLER_FUNCTION]),
    };
}

void shapes_add_tally(struct shapes *shapes, const struct ledger_tally *tally, const struct ledger_counts *counts,
                      struct summary_histogram *to)
{
    uint64_t calls = counts->calls, flops = counts->flops;
    if (!shapes->recorded || tally->routine >= LEDGER_QUERY || !calls)
        return;
    struct group group = group_of(shapes, (uint32_t)((const char *)tally - (const char *)shapes->view->header));
    to->recorded = true;
    for (size_t i = group.first; i < group.first + group.count && calls; i++) {
        const struct shape_reading *reading = &shapes->readings[i];
        if (!reading->calls)
            continue;
        struct summary_shape *row = append(shapes, to);
        *row = (struct summary_shape){"", least(reading->calls, calls), least(reading->flops, flops), NULL};
        describe(shapes, reading, row);
        calls -= row->calls;
        flops -= (uint64_t)row->flop_cost;
    }
    to->error_calls = cost_sum(to->error_calls, error_of(&group, group.missed_calls, counts->calls, calls));
    to->error_flops = wide_sum(to->error_flops, error_of(&group, group.missed_flops, counts->flops, flops));
}

void shapes_add(struct shapes *shapes, const struct summary_histogram *from, struct summary_histogram *to)
{
    for (size_t i = 0; i < from->count; i++)
        *append(shapes, to) = from->rows[i];
    to->recorded |= from->recorded;
    to->error_calls = cost_sum(to->error_calls, from->error_calls);
    to->error_flops = wide_sum(to->error_flops, from->error_flops);
}

static int by_number(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

int callers_compare(const struct summary_caller *a, const struct summary_caller *b)
{
    int order = strcmp(a->object, b->object);
    order = order ? order : strcmp(a->build, b->build);
    order = order ? order : by_number(a->address, b->address);
    order = order ? order : strcmp(a->file, b->file);
    order = order ? order : by_number(a->line, b->line);
    return order ? order : strcmp(a->function, b->function);
}

static int by_identity(const void *left, const void *right, const void *context)
{
    const struct summary_shape *a = left, *b = right;
    (void)context;
    return a->caller && b->caller ? callers_compare(a->caller, b->caller) : strcmp(a->text, b->text);
}

static int by_cost(const void *left, const void *right, const void *context)
{
    const struct summary_shape *a = left, *b = right;
    if (a->flop_cost != b->flop_cost)
        return a->flop_cost > b->flop_cost ? -1 : 1;
    if (a->calls != b->calls)
        return a->calls > b->calls ? -1 : 1;
    return by_identity(a, b, context);
}

void shapes_settle(struct shapes *shapes, struct summary_histogram *histogram)
{
    struct summary_shape *rows = histogram->rows;
    size_t count = 0;
    order_sort(rows, histogram->count, sizeof *rows, by_identity, NULL);
    for (size_t i = 0; i < histogram->count; i++) {
        if (!count || by_identity(&rows[count - 1], &rows[i], NULL) != 0) {
            rows[count++] = rows[i];
            continue;
        }
        rows[count - 1].calls = cost_sum(rows[count - 1].calls, rows[i].calls);
        rows[count - 1].flop_cost = wide_sum(rows[count - 1].flop_cost, rows[i].flop_cost);
    }
    shapes->rows -= histogram->count - count;
    histogram->count = count;
    order_sort(rows, count, sizeof *rows, by_cost, NULL);
}
