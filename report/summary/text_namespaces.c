/* The section of the text summary that says which namespace used what: in itself, and with those dotted below it. */
#include "text_namespaces.h"
#include "order.h"
#include "text_rows.h"
#include <string.h>

#define TOTAL_WIDTH 10 /* of the second number; the first has TEXT_NUMBER_WIDTH */

struct columns {
    struct text_columns self; /* and of the name */
    size_t share;             /* behind self */
    size_t total;
};

/* Ties in the order of the model's array, in which a namespace stands before those below it. */
static int by_total(const void *left, const void *right, const void *context)
{
    const struct summary_namespace *a = *(const void *const *)left;
    const struct summary_namespace *b = *(const void *const *)right;
    (void)context;
    int order = text_descending(a->total.flops_used, b->total.flops_used);
    return order ? order : (a > b) - (a < b);
}

static const char *shown_name(const struct summary_namespace *ns)
{
    return *ns->name ? ns->name : "(unlabelled)";
}

/* Where the header already names the only one, or there is none at all, no section is needed. */
static bool say_something(const struct summary *s, const char *label)
{
    const struct summary_namespace *only = summary_only_namespace(s);
    if (!only)
        return s->namespace_count > 0;
    if (only->has_budget && (!s->has_budget || only->flop_budget != s->flop_budget))
        return true;
    return *only->name && (!label || strcmp(label, only->name) != 0);
}

static void widen(struct columns *columns, const struct summary_namespace *ns, wide whole)
{
    columns->self.name = text_larger(columns->self.name, text_width(shown_name(ns)));
    columns->self.number = text_larger(columns->self.number, text_grouped_width(ns->self.flops_used));
    columns->share = text_larger(columns->share, text_share_width(ns->self.flops_used, whole));
    columns->total = text_larger(columns->total, text_grouped_width(ns->total.flops_used));
}

static void put_heading(struct out *out, const struct columns *columns)
{
    size_t start = out->length + 1; /* behind the line feed */
    size_t self_end = strlen("    ") + columns->self.name + 1 + columns->self.number;
    size_t total_end = self_end + columns->share + strlen("  ") + columns->total;
    text_put_heading(out, "By namespace:");
    out_pad(out, start, self_end - strlen("self"));
    out_text(out, "self");
    out_pad(out, start, total_end - strlen("total"));
    out_text(out, "total\n");
}

static void put_budget(struct out *out, const struct summary_namespace *ns)
{
    wide used = ns->total.flops_used;
    bool over = used > ns->flop_budget;
    out_text(out, "  of ");
    out_grouped(out, ns->flop_budget);
    if (ns->remains_unknown)
        return;
    out_text(out, ", ");
    out_grouped(out, over ? used - ns->flop_budget : ns->flop_budget - used);
    out_text(out, over ? " over" : " left");
}

static void put_row(struct out *out, const struct summary_namespace *ns, wide whole, const struct columns *columns)
{
    text_put_row_name(out, shown_name(ns), &columns->self);
    text_put_number(out, ns->self.flops_used, columns->self.number);
    size_t share = out->length;
    text_put_share(out, ns->self.flops_used, whole);
    out_pad(out, share, columns->share);
    out_text(out, "  ");
    text_put_number(out, ns->total.flops_used, columns->total);
    text_put_share(out, ns->total.flops_used, whole);
    out_text(out, "  [");
    text_put_calls(out, ns->self.calls);
    if (ns->total.calls != ns->self.calls) {
        out_text(out, "; ");
        out_grouped(out, ns->total.calls);
        out_text(out, " in total");
    }
    out_text(out, "]");
    if (ns->has_budget)
        put_budget(out, ns);
    out_text(out, "\n");
}

void text_namespaces(const struct summary *s, const char *label, struct out *out)
{
    struct text_ranking ranking;
    struct columns columns = {.self = {TEXT_NAME_WIDTH, TEXT_NUMBER_WIDTH}, .total = TOTAL_WIDTH};
    if (!say_something(s, label))
        return;
    if (!text_ranking_open(&ranking, s->namespace_count)) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < s->namespace_count; i++) {
        const struct summary_namespace *ns = &s->namespaces[i];
        if (!ns->total.calls && !ns->has_budget)
            continue; /* only asked for workspace */
        ranking.rows[ranking.count++] = ns;
        widen(&columns, ns, s->flops_used);
    }
    order_sort(ranking.rows, ranking.count, sizeof *ranking.rows, by_total, NULL);
    put_heading(out, &columns);
    for (size_t i = 0; i < ranking.count; i++)
        put_row(out, ranking.rows[i], s->flops_used, &columns);
    text_ranking_close(&ranking);
}
