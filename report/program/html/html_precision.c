/* FLOPs by precision. It is what a routine's name has before its family's: d of dgemm, iz of izamax. */
#include "html_precision.h"
#include "cost.h"
#include "html_page.h"
#include "html_put.h"
#include <string.h>

static const char *const names[PRECISIONS] = {"half",           "single",         "double", "long double",
                                              "single complex", "double complex", "mixed",  "other"};

static const struct {
    const char *prefix;
    enum html_precision precision;
} prefixes[] = {
    {"s", PRECISION_SINGLE},
    {"d", PRECISION_DOUBLE},
    {"c", PRECISION_SINGLE_COMPLEX},
    {"z", PRECISION_DOUBLE_COMPLEX},
    {"is", PRECISION_SINGLE},
    {"id", PRECISION_DOUBLE},
    {"ic", PRECISION_SINGLE_COMPLEX},
    {"iz", PRECISION_DOUBLE_COMPLEX},
    {"sc", PRECISION_SINGLE_COMPLEX},
    {"dz", PRECISION_DOUBLE_COMPLEX},
    {"cs", PRECISION_SINGLE_COMPLEX},
    {"zd", PRECISION_DOUBLE_COMPLEX},
    {"ds", PRECISION_MIXED},
    {"sds", PRECISION_MIXED},
    {"zc", PRECISION_MIXED},
    {"sb", PRECISION_HALF},
    {"sh", PRECISION_HALF},
    {"b", PRECISION_HALF},
    {"h", PRECISION_HALF},
    {"fftw_", PRECISION_DOUBLE},
    {"fftwf_", PRECISION_SINGLE},
    {"fftwl_", PRECISION_LONG},
    {"fftwq_", PRECISION_LONG},
};

int html_routine(const char *name)
{
    for (int i = 0; i < cost_routine_count; i++)
        if (strcmp(cost_name(&cost_routines[i]), name) == 0)
            return i;
    return -1;
}

enum html_precision html_precision_of(const char *routine)
{
    int index = html_routine(routine);
    if (index < 0)
        return PRECISION_OTHER;
    const char *name = cost_name(&cost_routines[index]);
    size_t length = strlen(name) - strlen(cost_family(&cost_routines[index]));
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (strlen(prefixes[i].prefix) == length && strncmp(prefixes[i].prefix, name, length) == 0)
            return prefixes[i].precision;
    return PRECISION_OTHER;
}

const char *html_precision_name(enum html_precision precision)
{
    return names[precision];
}

bool html_has_precision(const struct html_page *page)
{
    return page->s->flops_used > 0;
}

struct sums {
    uint64_t flops, calls, elapsed_ns, timed_flops;
};

static void add_up(const struct summary *s, struct sums sums[PRECISIONS])
{
    for (size_t i = 0; i < s->operation_count; i++) {
        const struct summary_operation *operation = &s->operations[i];
        struct sums *sum = &sums[html_precision_of(operation->name)];
        sum->flops = cost_sum(sum->flops, operation->flop_cost);
        sum->calls = cost_sum(sum->calls, operation->calls);
        sum->elapsed_ns = cost_sum(sum->elapsed_ns, operation->elapsed_ns);
        sum->timed_flops = cost_sum(sum->timed_flops, operation->timed_flops);
    }
}

void html_put_precision(struct html_page *page)
{
    struct sums sums[PRECISIONS] = {0};
    struct out *out = page->out;
    add_up(page->s, sums);
    html_table_open(out, "<th>Precision</th><th class=\"num\">FLOPs</th><th class=\"num\" colspan=\"2\">Share</th>"
                         "<th class=\"num\">Calls</th><th class=\"num\">Time</th><th class=\"num\">GFLOP/s</th>");
    for (int i = 0; i < PRECISIONS; i++) {
        if (!sums[i].calls)
            continue;
        html_format(out, "<tr><td>%s</td>", names[i]);
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
