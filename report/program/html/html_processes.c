/* The processes of a tree: how even their work is, which stand out, and a table of all. An image of a process is a row. */
#include "html_page.h"
#include "html_put.h"
#include "html_rank.h"
#include "path.h"
#include "text_rows.h"
#include <inttypes.h>
#include <string.h>

#define OUTLIERS_MOST 8
#define ENOUGH_FOR_QUARTILES 8
#define BARS_MOST 400
#define PROFILE 80 /* pixels */

#define HEAD(parent)                                                                                         \
    "<th>Program</th><th class=\"num\">pid</th>" parent "<th class=\"num\">FLOPs</th>"                       \
    "<th class=\"num\" colspan=\"2\">Share</th><th class=\"num\">Calls</th><th class=\"num\">Wall time</th>" \
    "<th class=\"num\">Threads</th><th>End</th>"

void html_put_process_kind(struct html_page *page)
{
    out_text(page->out, page->is_merge ? "The processes of the merge." : "Every process of the tree that did something.");
}

bool html_has_processes(const struct html_page *page)
{
    return page->s->process_count > 1;
}

static wide flops_of(const void *row)
{
    return ((const struct summary_process *)row)->flops_used;
}

static void put_process(struct out *out, const struct summary_process *process)
{
    html_text(out, path_base(process->program));
    out_format(out, " (pid %" PRIu32 ")", process->pid);
}

static void put_card(struct out *out, const char *label, double flops, const struct summary_process *process)
{
    out_format(out, "<div class=\"card\"><span>%s</span><b>", label);
    html_short(out, flops);
    out_text(out, "FLOP</b><small>");
    if (process)
        put_process(out, process);
    out_text(out, "</small></div>\n");
}

/* Rows are in descending order. Those that did nothing, such as shells, are in no mean. */
static void put_spread(struct out *out, const struct html_rank *rank)
{
    size_t busy = 0;
    double sum = 0;
    for (; busy < rank->count && flops_of(rank->rows[busy]); busy++)
        sum += (double)flops_of(rank->rows[busy]);
    if (!busy)
        return;
    double mean = sum / (double)busy;
    out_text(out, "<div class=\"cards\">");
    put_card(out, "Least", (double)flops_of(rank->rows[busy - 1]), rank->rows[busy - 1]);
    out_format(out, "<div class=\"card\"><span>Mean</span><b>");
    html_short(out, mean);
    out_format(out, "FLOP</b><small>of %zu that used FLOPs</small></div>\n", busy);
    put_card(out, "Most", (double)flops_of(rank->rows[0]), rank->rows[0]);
    out_format(out,
               "<div class=\"card\"><span>Imbalance</span><b>%.1f%%</b><small>the most is above the mean</small></div></div>\n",
               100 * ((double)flops_of(rank->rows[0]) / mean - 1));
}

static void put_outliers(struct out *out, const struct html_rank *rank)
{
    size_t busy = 0, named = 0;
    while (busy < rank->count && flops_of(rank->rows[busy]))
        busy++;
    if (busy < ENOUGH_FOR_QUARTILES)
        return;
    double upper = (double)flops_of(rank->rows[busy / 4]), lower = (double)flops_of(rank->rows[busy - 1 - busy / 4]);
    double reach = 1.5 * (upper - lower);
    for (size_t i = 0; i < busy; i++) {
        double flops = (double)flops_of(rank->rows[i]);
        if (flops <= upper + reach && flops >= lower - reach)
            continue;
        if (named < OUTLIERS_MOST) {
            out_text(out, named ? ", " : "<p><strong>Outliers:</strong> ");
            put_process(out, rank->rows[i]);
            out_text(out, flops > upper ? " with " : " with only ");
            html_short(out, flops);
            out_text(out, "FLOP");
        }
        named++;
    }
    if (named > OUTLIERS_MOST)
        out_format(out, " and %zu more", named - OUTLIERS_MOST);
    out_text(out, named ? ".</p>\n" : "<p>No process stands out.</p>\n");
}

/* A bar for each. */
static void put_profile(struct out *out, const struct summary *s, wide most, bool is_merge)
{
    double step = 100.0 / (double)s->process_count;
    if (!most || s->process_count > BARS_MOST)
        return;
    out_format(out, "<svg class=\"chart profile\" role=\"img\" aria-label=\"FLOPs of each process\" height=\"%d\">\n",
               PROFILE + 22);
    for (size_t i = 0; i < s->process_count; i++) {
        double height = PROFILE * html_share(s->processes[i].flops_used, most);
        out_format(out, "<rect class=\"fill\" x=\"%.3f%%\" y=\"%.1f\" width=\"%.3f%%\" height=\"%.1f\"><title>",
                   step * (double)i, PROFILE - height, 0.8 * step, height);
        put_process(out, &s->processes[i]);
        out_text(out, ": ");
        out_grouped(out, s->processes[i].flops_used);
        out_text(out, " FLOPs</title></rect>\n");
    }
    out_format(
        out,
        "<line class=\"axis\" x1=\"0\" x2=\"100%%\" y1=\"%d\" y2=\"%d\"/><text class=\"soft\" x=\"0\" y=\"%d\">FLOPs of each "
        "process, in order of their %s</text></svg>\n",
        PROFILE, PROFILE, PROFILE + 16, is_merge ? "ranks" : "start");
}

static void put_end(struct out *out, const struct summary_process *process)
{
    if (process->running)
        out_text(out, "still running");
    else if (strcmp(process->end_reason, "exit") == 0)
        out_format(out, "exit %" PRIu32, process->end_status);
    else if (strcmp(process->end_reason, "signal") == 0)
        out_format(out, "signal %" PRIu32, process->end_status);
    else
        html_text(out, strcmp(process->end_reason, "unknown") == 0 ? "killed" : process->end_reason);
}

/* What the shares of a row are of. */
struct whole {
    wide flops, most;
    bool is_merge; /* no process is another's parent */
};

static void put_row(struct out *out, const void *row, const void *context)
{
    const struct summary_process *process = row;
    const struct whole *whole = context;
    out_text(out, "<tr>");
    html_cell_name(out, path_base(process->program));
    out_format(out, "<td class=\"num\">%" PRIu32 "</td>", process->pid);
    if (!whole->is_merge)
        out_format(out, "<td class=\"num\">%" PRIu32 "</td>", process->ppid);
    html_cell_number(out, process->flops_used);
    html_cell_share(out, process->flops_used, whole->flops, whole->most);
    html_cell_number(out, process->calls);
    html_cell_seconds(out, process->wall_ns);
    out_format(out, "<td class=\"num\">%" PRIu32 "</td><td>", process->threads);
    put_end(out, process);
    out_text(out, "</td></tr>\n");
}

void html_put_processes(struct html_page *page)
{
    const struct summary *s = page->s;
    struct out *out = page->out;
    struct html_rank rank;
    html_rank_all(&rank, s->processes, s->process_count, sizeof *s->processes, flops_of);
    const struct whole whole = {s->flops_used, rank.count ? flops_of(rank.rows[0]) : 0, page->is_merge};
    put_spread(out, &rank);
    if (rank.count)
        put_profile(out, s, whole.most, page->is_merge);
    put_outliers(out, &rank);
    html_table_open(out, page->is_merge ? HEAD("") : HEAD("<th class=\"num\">Parent</th>"));
    html_rank_put(&rank, page, page->is_merge ? 9 : 10, put_row, &whole);
    html_table_close(out);
}
