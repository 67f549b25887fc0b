/* The table of callers: a row a place in the program, as FLOP_DETAIL=callers has it. */
#include "html_page.h"
#include "html_put.h"
#include "path.h"
#include "summary_callers.h"

bool html_has_callers(const struct html_page *page)
{
    return summary_has_callers(page->s);
}

/* step; solve; app+0x1234 */
static void put_caller(struct out *out, const struct summary_caller *caller)
{
    out_text(out, "<tr><td class=\"name\">");
    if (*caller->function) {
        html_text(out, caller->function);
    } else if (*caller->object) {
        html_text(out, path_base(caller->object));
        out_format(out, "+0x%llx", (unsigned long long)caller->address);
    } else {
        out_text(out, *caller->file ? "&ndash;" : "code made at run time");
    }
    out_text(out, "</td>");
}

/* train.py:12; solver.c, app; app */
static void put_place(struct out *out, const struct summary_caller *caller)
{
    out_text(out, "<td class=\"name\">");
    html_text(out, *caller->object ? path_base(caller->file) : caller->file);
    if (*caller->file && caller->line)
        out_format(out, ":%llu", (unsigned long long)caller->line);
    out_text(out, *caller->file && *caller->object ? ", " : "");
    html_text(out, path_base(caller->object));
    out_text(out, "</td>");
}

static void put_row(const struct html_page *page, const struct callers *callers, const struct callers_use *use)
{
    struct out *out = page->out;
    put_caller(out, use->caller);
    put_place(out, use->caller);
    html_cell_number(out, use->flop_cost);
    html_cell_share(out, use->flop_cost, page->s->flops_used, callers->uses->flop_cost);
    html_cell_number(out, use->calls);
    html_cell_name(out, callers->cells[use->first].operation->name);
    out_text(out, "</tr>\n");
}

static void put_others(const struct html_page *page, const struct callers *callers)
{
    struct out *out = page->out;
    const struct summary_use *others = &callers->others;
    if (!others->calls && !others->flops_used)
        return;
    out_text(out, "<p class=\"caption\">Not in a row: ");
    out_grouped(out, others->flops_used);
    out_text(out, " FLOPs in ");
    out_grouped(out, others->calls);
    out_text(out, " calls, of callers that had at most ");
    out_grouped(out, callers->error_flops);
    out_text(out, " FLOPs each.</p>\n");
}

void html_put_callers(struct html_page *page)
{
    struct out *out = page->out;
    struct callers callers;
    if (!callers_open(&callers, page->s)) {
        out->failed = true;
        return;
    }
    size_t shown = callers.count < page->limits.rows ? callers.count : page->limits.rows;
    html_table_open(out, "<th>Caller</th><th>Place</th><th class=\"num\">FLOPs</th><th class=\"num\" colspan=\"2\">Share</th>"
                         "<th class=\"num\">Calls</th><th>Most in</th>");
    for (size_t i = 0; i < shown; i++)
        put_row(page, &callers, &callers.uses[i]);
    out_text(out, "</tbody>");
    html_cut_row(out, callers.count - shown, 7);
    html_table_close(out);
    put_others(page, &callers);
    callers_close(&callers);
}
