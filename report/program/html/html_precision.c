/* FLOPs by precision. */
#include "cost.h"
#include "html_page.h"
#include "html_put.h"
#include "precisions.h"
#include <string.h>

void html_cell_precision(struct out *out, enum cost_precision precision)
{
    const char *name = cost_precision_name(precision);
    size_t word = strcspn(name, "_");
    out_format(out, "<td>%.*s%s%s</td>", (int)word, name, name[word] ? " " : "", name[word] ? name + word + 1 : "");
}

bool html_has_precision(const struct html_page *page)
{
    return page->s->flops_used > 0;
}

struct sums {
    wide flops, timed_flops;
    uint64_t calls, elapsed_ns;
};

static void add_up(const struct summary *s, struct sums sums[COST_PRECISIONS])
{
    for (size_t i = 0; i < s->operation_count; i++) {
        const struct summary_operation *operation = &s->operations[i];
        struct sums *sum = &sums[precisions_of(operation->name)];
        sum->flops = wide_sum(sum->flops, operation->flop_cost);
        sum->calls = cost_sum(sum->calls, operation->calls);
        sum->elapsed_ns = cost_sum(sum->elapsed_ns, operation->elapsed_ns);
        sum->timed_flops = wide_sum(sum->timed_flops, operation->timed_flops);
    }
}

void html_put_precision(struct html_page *page)
{
    struct sums sums[COST_PRECISIONS] = {0};
    struct out *out = page->out;
    add_up(page->s, sums);
    html_table_open(out, "<th>Precision</th><th class=\"num\">FLOPs</th><th class=\"num\" colspan=\"2\">Share</th>"
                         "<th class=\"num\">Calls</th><th class=\"num\">Time</th><th class=\"num\">GFLOP/s</th>");
    for (int i = 0; i < COST_PRECISIONS; i++) {
        if (!sums[i].calls)
            continue;
        out_text(out, "<tr>");
        html_cell_precision(out, (enum cost_precision)i);
        html_cell_number(out, sums[i].flops);
        html_cell_share(out, sums[i].flops, page->s->flops_used, page->s->flops_used);
        html_cell_number(out, sums[i].calls);
        html_cell_seconds(out, sums[i].elapsed_ns);
        out_text(out, "<td class=\"num\">");
        html_rate(out, sums[i].timed_flops, sums[i].elapsed_ns);
        out_text(out, "</td></tr>\n");
    }
    out_text(out, "</tbody>");
    html_table_close(out);
}
