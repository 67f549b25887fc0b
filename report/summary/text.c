/* The summary as text, laid out for a terminal: a table of the budget and one of the operations, both promised to the byte
 * (tests/unit/test_text.c). What comes behind them is in text_namespaces.c, text_processes.c and text_notes.c. */
#include "text.h"
#include "order.h"
#include "text_namespaces.h"
#include "text_notes.h"
#include "text_processes.h"
#include "text_rows.h"
#include <string.h>

#define TITLE "flopshim FLOP Budget Summary"

static void put_header(struct out *out, const char *label)
{
    size_t width = strlen(TITLE);
    out_text(out, TITLE);
    if (label && *label) {
        out_text(out, " [");
        text_put_name(out, label);
        out_text(out, "]");
        width += text_width(label) + 3;
    }
    out_text(out, "\n");
    for (; width; width--)
        out_text(out, "=");
    out_text(out, "\n");
}

static void put_remaining(struct out *out, const struct summary *s, size_t width)
{
    bool negative = s->flops_used > s->flop_budget;
    wide amount = negative ? s->flops_used - s->flop_budget : s->flop_budget - s->flops_used;
    size_t own = text_grouped_width(amount) + negative;
    text_put_label(out, "Remaining:");
    text_put_blanks(out, width > own ? width - own : 0);
    out_text(out, negative ? "-" : "");
    out_grouped(out, amount);
    out_text(out, negative ? "  (-" : "  (");
    out_percent(out, amount, s->flop_budget);
    out_text(out, "%)\n");
}

static void put_budget(struct out *out, const struct summary *s)
{
    size_t width = text_larger(TEXT_TOTAL_WIDTH, text_grouped_width(s->flops_used));
    if (s->has_budget) {
        bool negative = s->flops_used > s->flop_budget;
        wide remaining = negative ? s->flops_used - s->flop_budget : s->flop_budget - s->flops_used;
        width = text_larger(width, text_larger(text_grouped_width(s->flop_budget), text_grouped_width(remaining) + negative));
    }
    text_put_label(out, "Total budget:");
    if (s->has_budget) {
        text_put_number(out, s->flop_budget, width);
    } else {
        text_put_blanks(out, width - strlen("unlimited"));
        out_text(out, "unlimited");
    }
    out_text(out, "\n");
    text_put_label(out, "Used:");
    text_put_number(out, s->flops_used, width);
    text_put_or_more(out, s, s->flops_used);
    if (s->has_budget)
        text_put_share(out, s->flops_used, s->flop_budget);
    out_text(out, "\n");
    if (s->has_budget)
        put_remaining(out, s, width);
}

/* Ties in the order of the model's array, which is that of first use. */
static int by_cost(const void *left, const void *right, const void *context)
{
    const struct summary_operation *a = *(const void *const *)left;
    const struct summary_operation *b = *(const void *const *)right;
    (void)context;
    int order = text_descending(a->flop_cost, b->flop_cost);
    return order ? order : (a > b) - (a < b);
}

static void put_operations(struct out *out, const struct summary *s)
{
    struct text_ranking ranking;
    struct text_columns columns = {TEXT_NAME_WIDTH, TEXT_NUMBER_WIDTH};
    text_put_heading(out, "By operation:\n");
    if (!text_ranking_open(&ranking, s->operation_count)) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < s->operation_count; i++) {
        const struct summary_operation *operation = &s->operations[i];
        if (!operation->calls)
            continue;
        ranking.rows[ranking.count++] = operation;
        columns.name = text_larger(columns.name, text_width(operation->name));
        columns.number = text_larger(columns.number, text_grouped_width(operation->flop_cost));
    }
    order_sort(ranking.rows, ranking.count, sizeof *ranking.rows, by_cost, NULL);
    for (size_t i = 0; i < ranking.count; i++) {
        const struct summary_operation *operation = ranking.rows[i];
        text_put_row_name(out, operation->name, &columns);
        text_put_number(out, operation->flop_cost, columns.number);
        text_put_or_more(out, s, operation->flop_cost);
        text_put_share(out, operation->flop_cost, s->flops_used);
        out_text(out, "  [");
        text_put_calls(out, operation->calls);
        out_text(out, "]\n");
    }
    text_ranking_close(&ranking);
}

void summary_text(const struct summary *summary, const char *label, struct out *out)
{
    put_header(out, label);
    put_budget(out, summary);
    put_operations(out, summary);
    text_namespaces(summary, label, out);
    text_processes(summary, out);
    text_notes(summary, out);
}
