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

static uint64_t total_of(const void *row)
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

static void put_row(struct out *out, const struct summary_namespace *ns, uint64_t whole)
{
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
    html_rank_open(&rank, s->namespace_count);
    for (size_t i = 0; i < s->namespace_count; i++)
        html_rank_add(&rank, &s->namespaces[i]);
    html_rank_sort(&rank, total_of);
    size_t shown = rank.count < page->limits.rows ? rank.count : page->limits.rows;
    html_table_open(out, "<th>Namespace</th><th class=\"num\">FLOPs, self</th><th class=\"num\">FLOPs, total</th>"
                         "<th class=\"num\" colspan=\"2\">Share, total</th><th class=\"num\">Calls, self</th>"
                         "<th class=\"num\">Calls, total</th><th class=\"num\">Budget</th><th class=\"num\">Left of it</th>");
    for (size_t i = 0; i < shown; i++)
        put_row(out, rank.rows[i], s->flops_used);
    out_text(out, "</tbody>");
    html_cut_row(out, rank.count - shown, 9);
    html_table_close(out);
    out->failed |= rank.failed;
    html_rank_close(&rank);
}
