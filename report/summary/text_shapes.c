/* The top shapes of the routines with the most FLOPs: as many rows as a screen takes; the JSON summary has them all. */
#include "text_shapes.h"
#include "order.h"
#include "text_rows.h"

#define ROUTINES 8
#define SHAPES 5

/* Ties in the order of the model's array, which is that of first use. */
static int by_cost(const void *left, const void *right, const void *context)
{
    const struct summary_operation *a = *(const void *const *)left;
    const struct summary_operation *b = *(const void *const *)right;
    (void)context;
    int order = text_descending(a->flop_cost, b->flop_cost);
    return order ? order : (a > b) - (a < b);
}

/* The number, its share and the calls of a row. */
static void put_use(struct out *out, const char *name, wide flops, uint64_t calls, wide whole,
                    const struct text_columns *columns)
{
    text_put_row_name(out, name, columns);
    text_put_number(out, flops, columns->number);
    text_put_share(out, flops, whole);
    out_text(out, "  [");
    text_put_calls(out, calls);
    out_text(out, "]  ");
}

/* Shapes that have rows in the JSON summary, and then those that have none there either. */
static void put_rest(struct out *out, const struct summary_operation *operation, wide whole, const struct text_columns *columns)
{
    struct summary_use other = summary_others(operation, &operation->shapes), rest = {0};
    size_t hidden = operation->shapes.count > SHAPES ? operation->shapes.count - SHAPES : 0;
    for (size_t i = operation->shapes.count - hidden; i < operation->shapes.count; i++) {
        rest.flops_used += operation->shapes.rows[i].flop_cost;
        rest.calls += operation->shapes.rows[i].calls;
    }
    if (hidden) {
        put_use(out, operation->name, rest.flops_used, rest.calls, whole, columns);
        out_text(out, "(");
        out_grouped(out, hidden);
        out_text(out, hidden == 1 ? " shape more)\n" : " shapes more)\n");
    }
    if (!other.calls && !other.flops_used)
        return;
    put_use(out, operation->name, other.flops_used, other.calls, whole, columns);
    out_text(out, "(others, each at most ");
    text_put_calls(out, operation->shapes.error_calls);
    out_text(out, " and ");
    out_grouped(out, operation->shapes.error_flops);
    out_text(out, " FLOPs)\n");
}

static void put_operation(struct out *out, const struct summary_operation *operation, wide whole,
                          const struct text_columns *columns)
{
    for (size_t i = 0; i < operation->shapes.count && i < SHAPES; i++) {
        const struct summary_shape *shape = &operation->shapes.rows[i];
        put_use(out, operation->name, shape->flop_cost, shape->calls, whole, columns);
        text_put_name(out, *shape->text ? shape->text : "(no dimensions)");
        out_text(out, "\n");
    }
    put_rest(out, operation, whole, columns);
}

void text_shapes(const struct summary *s, struct out *out)
{
    struct text_ranking ranking;
    struct text_columns columns = {TEXT_NAME_WIDTH, TEXT_NUMBER_WIDTH};
    if (!summary_has_shapes(s))
        return;
    if (!text_ranking_open(&ranking, s->operation_count)) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < s->operation_count; i++) {
        const struct summary_operation *operation = &s->operations[i];
        if (!operation->shapes.recorded)
            continue;
        ranking.rows[ranking.count++] = operation;
        columns.name = text_larger(columns.name, text_width(operation->name));
        columns.number = text_larger(columns.number, text_grouped_width(operation->flop_cost));
    }
    order_sort(ranking.rows, ranking.count, sizeof *ranking.rows, by_cost, NULL);
    text_put_heading(out, "Top shapes:\n");
    for (size_t i = 0; i < ranking.count && i < ROUTINES; i++)
        put_operation(out, ranking.rows[i], s->flops_used, &columns);
    if (ranking.count > ROUTINES) {
        out_text(out, "    and ");
        out_grouped(out, ranking.count - ROUTINES);
        out_text(out, " routines more\n");
    }
    text_ranking_close(&ranking);
}
