/* What changed from one summary to another, by routine and by namespace. */
#include "html_page.h"
#include "html_put.h"
#include "html_rank.h"
#include <stdlib.h>
#include <string.h>

#define COLUMNS                                                                                          \
    "<th class=\"num\">FLOPs before</th><th class=\"num\">FLOPs after</th><th class=\"num\">Change</th>" \
    "<th class=\"num\">Relative</th><th class=\"num\">Calls before</th><th class=\"num\">Calls after</th>"

bool html_has_difference(const struct html_page *page)
{
    return page->before != NULL;
}

/* A routine or a namespace in both; in the side that lacks it, it has no name and no calls. */
struct change {
    struct summary_operation before, after;
};

static wide larger_less_smaller(wide a, wide b)
{
    return a > b ? a - b : b - a;
}

static wide extent_of(const void *row)
{
    const struct change *change = row;
    return larger_less_smaller(change->before.flop_cost, change->after.flop_cost);
}

static int by_name(const void *left, const void *right)
{
    const struct summary_operation *a = left, *b = right;
    return strcmp(a->name, b->name);
}

/* Rows of a summary, by name; of namespaces as much as operations have, too. NULL: out of memory. */
static struct summary_operation *rows_of(const struct summary *s, bool of_namespaces, size_t *count)
{
    size_t most = of_namespaces ? s->namespace_count : s->operation_count;
    struct summary_operation *rows = calloc(most + 1, sizeof *rows);
    *count = 0;
    for (size_t i = 0; i < most && rows; i++) {
        const struct summary_namespace *ns = of_namespaces ? &s->namespaces[i] : NULL;
        struct summary_operation row = ns ? (struct summary_operation){.name = *ns->name ? ns->name : "(unlabelled)",
                                                                       .flop_cost = ns->self.flops_used,
                                                                       .calls = ns->self.calls}
                                          : s->operations[i];
        if (row.calls)
            rows[(*count)++] = row;
    }
    if (rows)
        qsort(rows, *count, sizeof *rows, by_name);
    return rows;
}

/* Both sides are sorted: what has the same name comes up together. */
static size_t join(const struct summary_operation *before, size_t before_count, const struct summary_operation *after,
                   size_t after_count, struct change *changes)
{
    size_t i = 0, j = 0, count = 0;
    while (i < before_count || j < after_count) {
        int order = i == before_count ? 1 : j == after_count ? -1 : by_name(&before[i], &after[j]);
        changes[count] = (struct change){0};
        if (order <= 0)
            changes[count].before = before[i++];
        if (order >= 0)
            changes[count].after = after[j++];
        count++;
    }
    return count;
}

static void put_signed(struct out *out, wide before, wide after)
{
    out_format(out, "<td class=\"num%s\">%s",
               after > before   ? " more"
               : after < before ? " less"
                                : "",
               after > before   ? "+"
               : after < before ? "-"
                                : "");
    out_grouped(out, larger_less_smaller(before, after));
    out_text(out, "</td>");
}

static void put_relative(struct out *out, wide before, wide after)
{
    if (before == after)
        out_text(out, "<td class=\"num\">0.0%</td>");
    else if (!before)
        out_text(out, "<td class=\"num\" data-v=\"1e30\">new</td>");
    else if (!after)
        out_text(out, "<td class=\"num\" data-v=\"-100\">gone</td>");
    else
        out_format(out, "<td class=\"num\">%+.1f%%</td>", 100 * ((double)after / (double)before - 1));
}

static void put_row(struct out *out, const void *row, const void *context)
{
    const struct change *change = row;
    const bool has_time = *(const bool *)context;
    const struct summary_operation *before = &change->before, *after = &change->after;
    out_text(out, "<tr>");
    html_cell_name(out, before->name ? before->name : after->name);
    html_cell_number(out, before->flop_cost);
    html_cell_number(out, after->flop_cost);
    put_signed(out, before->flop_cost, after->flop_cost);
    put_relative(out, before->flop_cost, after->flop_cost);
    html_cell_number(out, before->calls);
    html_cell_number(out, after->calls);
    if (has_time) {
        html_cell_seconds(out, before->elapsed_ns);
        html_cell_seconds(out, after->elapsed_ns);
    }
    out_text(out, "</tr>\n");
}

static void put_rows(struct html_page *page, const struct change *changes, size_t count, bool has_time)
{
    struct html_rank rank;
    html_rank_all(&rank, changes, count, sizeof *changes, extent_of);
    html_rank_put(&rank, page, has_time ? 9 : 7, put_row, &has_time);
}

static void put_table(struct html_page *page, bool of_namespaces)
{
    size_t before_count, after_count;
    struct summary_operation *before = rows_of(page->before, of_namespaces, &before_count);
    struct summary_operation *after = rows_of(page->s, of_namespaces, &after_count);
    struct change *changes = calloc(before_count + after_count + 1, sizeof *changes);
    html_table_open(page->out, of_namespaces ? "<th>Namespace, self</th>" COLUMNS
                                             : "<th>Routine</th>" COLUMNS "<th class=\"num\">Time before</th>"
                                               "<th class=\"num\">Time after</th>");
    if (before && after && changes)
        put_rows(page, changes, join(before, before_count, after, after_count, changes), !of_namespaces);
    else
        page->out->failed = true;
    html_table_close(page->out);
    free(before);
    free(after);
    free(changes);
}

static void put_whole(struct html_page *page)
{
    wide before = page->before->flops_used, after = page->s->flops_used;
    out_text(page->out, before == after ? "<p><strong>The same FLOPs in all: " : "<p><strong>In all: ");
    out_grouped(page->out, before);
    if (before != after) {
        out_text(page->out, " before, ");
        out_grouped(page->out, after);
        out_text(page->out, " after");
        if (before)
            out_format(page->out, ", %+.2f%%", 100 * ((double)after / (double)before - 1));
    }
    out_text(page->out, "</strong></p>\n");
    if (strcmp(page->before->cost_model, page->s->cost_model) != 0 ||
        strcmp(page->before->convention, page->s->convention) != 0 ||
        strcmp(page->before->multiplier, page->s->multiplier) != 0)
        out_text(page->out,
                 "<p><span class=\"badge bad\">not counted alike</span> The cost models, conventions or multipliers are not "
                 "the same, so a change may be one of counting.</p>\n");
}

void html_put_difference(struct html_page *page)
{
    put_whole(page);
    put_table(page, false);
    if (html_has_names(page->before) || html_has_names(page->s)) {
        out_text(page->out, "<h3>By namespace</h3>\n");
        put_table(page, true);
    }
}
