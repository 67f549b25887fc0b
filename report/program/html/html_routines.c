/* The table of routines. */
#include "cost.h"
#include "formula_text.h"
#include "html_page.h"
#include "html_put.h"
#include "precisions.h"
#include "html_rank.h"

static wide flops_of(const void *row)
{
    return ((const struct summary_operation *)row)->flop_cost;
}

static void put_row(struct out *out, const void *row, const void *context)
{
    const struct summary_operation *operation = row;
    const wide whole = ((const struct summary *)context)->flops_used;
    int routine = precisions_routine(operation->name);
    out_text(out, "<tr><td class=\"name\"");
    if (routine >= 0) {
        char formula[1024];
        cost_formula(&cost_routines[routine], formula, sizeof formula);
        out_text(out, " title=\"");
        html_text(out, formula);
        out_text(out, " (");
        html_text(out, cost_source(&cost_routines[routine]));
        out_text(out, ")\"");
    }
    out_text(out, ">");
    html_text(out, operation->name);
    out_text(out, "</td>");
    html_cell_number(out, operation->flop_cost);
    html_cell_share(out, operation->flop_cost, whole, whole);
    html_cell_number(out, operation->calls);
    html_cell_seconds(out, operation->elapsed_ns);
    out_text(out, "<td class=\"num\">");
    html_rate(out, operation->timed_flops, operation->elapsed_ns);
    out_text(out, "</td>");
    html_cell_precision(out, precisions_of(operation->name));
    out_format(out, "<td>%s</td></tr>\n", cost_class_name((enum cost_class)operation->accuracy));
}

void html_put_routines(struct html_page *page)
{
    const struct summary *s = page->s;
    struct out *out = page->out;
    struct html_rank rank;
    html_rank_open(&rank, s->operation_count);
    for (size_t i = 0; i < s->operation_count; i++)
        if (s->operations[i].calls)
            html_rank_add(&rank, &s->operations[i]);
    html_rank_sort(&rank, flops_of);
    if (!rank.count) {
        out_text(out, "<p>No BLAS call was seen: nothing was computed through BLAS, or it was out of sight "
                      "(<code>NOT SEEN</code> in <code>man flopshim</code>).</p>\n");
        out->failed |= rank.failed;
        html_rank_close(&rank);
        return;
    }
    html_table_open(out, "<th>Routine</th><th class=\"num\">FLOPs</th><th class=\"num\" colspan=\"2\">Share</th>"
                         "<th class=\"num\">Calls</th><th class=\"num\">Time</th><th class=\"num\">GFLOP/s</th>"
                         "<th>Precision</th><th>Accuracy</th>");
    html_rank_put(&rank, page, 9, put_row, s);
    html_table_close(out);
}
