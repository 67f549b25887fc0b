/* The summary as text, laid out for a terminal: a table of the budget, one of the operations, one of the namespaces; those
 * behind them are in text_processes.c and text_notes.c. The first two tables are promised to the byte (tests/unit/test_text.c).
 */
#include "order.h"
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
    uint64_t amount = negative ? s->flops_used - s->flop_budget : s->flop_budget - s->flops_used;
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
        uint64_t remaining = negative ? s->flops_used - s->flop_budget : s->flop_budget - s->flops_used;
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

static int by_namespace_cost(const void *left, const void *right, const void *context)
{
    const struct summary_namespace *a = *(const void *const *)left;
    const struct summary_namespace *b = *(const void *const *)right;
    (void)context;
    int order = text_descending(a->flops_used, b->flops_used);
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
        text_put_share(out, operation->flop_cost, s->flops_used);
        out_text(out, "  [");
        text_put_calls(out, operation->calls);
        out_text(out, "]\n");
    }
    text_ranking_close(&ranking);
}

static const char *shown_name(const struct summary_namespace *ns)
{
    return *ns->name ? ns->name : "(unlabelled)";
}

static void put_namespace(struct out *out, const struct summary_namespace *ns, uint64_t total,
                          const struct text_columns *columns)
{
    text_put_row_name(out, shown_name(ns), columns);
    text_put_number(out, ns->flops_used, columns->number);
    text_put_share(out, ns->flops_used, total);
    out_text(out, "  [");
    text_put_calls(out, ns->calls);
    out_text(out, "]");
    if (ns->has_budget) {
        bool over = ns->flops_used > ns->flop_budget;
        out_text(out, "  of ");
        out_grouped(out, ns->flop_budget);
        out_text(out, ", ");
        out_grouped(out, over ? ns->flops_used - ns->flop_budget : ns->flop_budget - ns->flops_used);
        out_text(out, over ? " over" : " left");
    }
    out_text(out, "\n");
}

/* One namespace that the header already names, or none at all, needs no section. */
static bool namespaces_say_something(const struct summary *s, const char *label)
{
    if (s->namespace_count != 1)
        return s->namespace_count > 1;
    const struct summary_namespace *only = &s->namespaces[0];
    if (only->has_budget && (!s->has_budget || only->flop_budget != s->flop_budget))
        return true;
    return *only->name && (!label || strcmp(label, only->name) != 0);
}

static void put_namespaces(struct out *out, const struct summary *s, const char *label)
{
    struct text_ranking ranking;
    struct text_columns columns = {TEXT_NAME_WIDTH, TEXT_NUMBER_WIDTH};
    if (!namespaces_say_something(s, label))
        return;
    if (!text_ranking_open(&ranking, s->namespace_count)) {
        out->failed = true;
        return;
    }
    text_put_heading(out, "By namespace:\n");
    for (; ranking.count < s->namespace_count; ranking.count++) {
        const struct summary_namespace *ns = &s->namespaces[ranking.count];
        ranking.rows[ranking.count] = ns;
        columns.name = text_larger(columns.name, text_width(shown_name(ns)));
        columns.number = text_larger(columns.number, text_grouped_width(ns->flops_used));
    }
    order_sort(ranking.rows, ranking.count, sizeof *ranking.rows, by_namespace_cost, NULL);
    for (size_t i = 0; i < ranking.count; i++)
        put_namespace(out, ranking.rows[i], s->flops_used, &columns);
    text_ranking_close(&ranking);
}

void summary_text(const struct summary *summary, const char *label, struct out *out)
{
    put_header(out, label);
    put_budget(out, summary);
    put_operations(out, summary);
    put_namespaces(out, summary, label);
    text_processes(summary, out);
    text_notes(summary, out);
}
