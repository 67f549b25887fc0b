/* The table of namespaces. */
#include "html_page.h"
#include "html_put.h"
#include "html_rank.h"

bool html_has_names(const struct summary *s)
{
    return s->namespace_count > 1 || (s->namespace_count == 1 && *s->namespaces->name);
}

bool html_has_namespaces(const struct html_page *page)
{
    return html_has_names(page->s);
}

static wide total_of(const void *row)
{
    return ((const struct summary_namespace *)row)->total.flops_used;
}

static void put_budget(struct out *out, const struct summary_namespace *ns)
{
    if (!ns->has_budget) {
        out_text(out, "<td class=\"num\">&ndash;</td><td class=\"num\">&ndash;</td>");
        return;
    }
    html_cell_number(out, ns->flop_budget);
    if (ns->remains_unknown) {
        out_text(out, "<td class=\"num\">not known</td>");
    } else if (ns->total.flops_used > ns->flop_budget) {
        out_text(out, "<td class=\"num more\">-");
        out_grouped(out, ns->total.flops_used - ns->flop_budget);
        out_text(out, "</td>");
    } else {
        html_cell_number(out, ns->flop_budget - ns->total.flops_used);
    }
}

static void put_row(struct out *out, const void *row, const void *context)
{
    const struct summary_namespace *ns = row;
    const wide whole = ((const struct summary *)context)->flops_used;
    out_text(out, "<tr>");
    html_cell_name(out, *ns->name ? ns->name : "(unlabelled)");
    html_cell_number(out, ns->self.flops_used);
    html_cell_number(out, ns->total.flops_used);
    html_cell_share(out, ns->total.flops_used, whole, whole);
    html_cell_number(out, ns->self.calls);
    html_cell_number(out, ns->total.calls);
    put_budget(out, ns);
    out_text(out, "</tr>\n");
}

void html_put_namespaces(struct html_page *page)
{
    const struct summary *s = page->s;
    struct out *out = page->out;
    struct html_rank rank;
    html_rank_all(&rank, s->namespaces, s->namespace_count, sizeof *s->namespaces, total_of);
    html_table_open(out, "<th>Namespace</th><th class=\"num\">FLOPs, self</th><th class=\"num\">FLOPs, total</th>"
                         "<th class=\"num\" colspan=\"2\">Share, total</th><th class=\"num\">Calls, self</th>"
                         "<th class=\"num\">Calls, total</th><th class=\"num\">Budget</th><th class=\"num\">Left of it</th>");
    html_rank_put(&rank, page, 9, put_row, s);
    html_table_close(out);
}
