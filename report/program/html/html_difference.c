/* What changed from one summary to another, by routine. */
#include "html_page.h"
#include "html_put.h"
#include "html_rank.h"
#include <stdlib.h>
#include <string.h>

bool html_has_difference(const struct html_page *page)
{
    return page->before != NULL;
}

/* A routine in both; one that is not there has no name. */
struct change {
    const char *name;
    struct summary_operation before, after;
};

static uint64_t larger_less_smaller(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

static uint64_t extent_of(const void *row)
{
    const struct change *change = row;
    return larger_less_smaller(change->before.flop_cost, change->after.flop_cost);
}

static struct change *find(struct change *changes, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(changes[i].name, name) == 0)
            return &changes[i];
    return NULL;
}

static size_t collect(const struct html_page *page, struct change *changes)
{
    const struct summary *sides[] = {page->before, page->s};
    size_t count = 0;
    for (int side = 0; side < 2; side++)
        for (size_t i = 0; i < sides[side]->operation_count; i++) {
            const struct summary_operation *operation = &sides[side]->operations[i];
            struct change *change = operation->calls ? find(changes, count, operation->name) : NULL;
            if (!operation->calls)
                continue;
            if (!change) {
                change = &changes[count++];
                change->name = operation->name;
            }
            *(side ? &change->after : &change->before) = *operation;
        }
    return count;
}

static void put_signed(struct out *out, uint64_t before, uint64_t after)
{
    html_format(out, "<td class=\"num%s\">%s",
                after > before   ? " more"
                : after < before ? " less"
                                 : "",
                after > before   ? "+"
                : after < before ? "-"
                                 : "");
    out_grouped(out, larger_less_smaller(before, after));
    out_text(out, "</td>");
}

static void put_relative(struct out *out, uint64_t before, uint64_t after)
{
    if (before == after)
        out_text(out, "<td class=\"num\">0.0%</td>");
    else if (!before)
        out_text(out, "<td class=\"num\" data-v=\"1e30\">new</td>");
    else if (!after)
        out_text(out, "<td class=\"num\" data-v=\"-100\">gone</td>");
    else
        html_format(out, "<td class=\"num\">%+.1f%%</td>", 100 * ((double)after / (double)before - 1));
}

static void put_row(struct out *out, const char *name, const struct summary_operation *before,
                    const struct summary_operation *after)
{
    out_text(out, "<tr>");
    html_cell_name(out, name);
    html_cell_number(out, before->flop_cost);
    html_cell_number(out, after->flop_cost);
    put_signed(out, before->flop_cost, after->flop_cost);
    put_relative(out, before->flop_cost, after->flop_cost);
    html_cell_number(out, before->calls);
    html_cell_number(out, after->calls);
    html_cell_seconds(out, before->elapsed_ns);
    html_cell_seconds(out, after->elapsed_ns);
    out_text(out, "</tr>\n");
}

static void put_table(struct html_page *page, const struct html_rank *rank)
{
    struct out *out = page->out;
    size_t shown = rank->count < page->limits.rows ? rank->count : page->limits.rows;
    html_table_open(out,
                    "<th>Routine</th><th class=\"num\">FLOPs before</th><th class=\"num\">FLOPs after</th>"
                    "<th class=\"num\">Change</th><th class=\"num\">Relative</th><th class=\"num\">Calls before</th>"
                    "<th class=\"num\">Calls after</th><th class=\"num\">Time before</th><th class=\"num\">Time after</th>");
    for (size_t i = 0; i < shown; i++) {
        const struct change *change = rank->rows[i];
        put_row(out, change->name, &change->before, &change->after);
    }
    out_text(out, "</tbody>");
    html_cut_row(out, rank->count - shown, 9);
    html_table_close(out);
}

static void put_whole(struct html_page *page)
{
    uint64_t before = page->before->flops_used, after = page->s->flops_used;
    out_text(page->out, before == after ? "<p><strong>The same FLOPs in all: " : "<p><strong>In all: ");
    out_grouped(page->out, before);
    if (before != after) {
        out_text(page->out, " before, ");
        out_grouped(page->out, after);
        out_text(page->out, " after");
        if (before)
            html_format(page->out, ", %+.2f%%", 100 * ((double)after / (double)before - 1));
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
    size_t most = page->before->operation_count + page->s->operation_count;
    struct change *changes = calloc(most + 1, sizeof *changes);
    struct html_rank rank;
    html_rank_open(&rank, most);
    put_whole(page);
    if (changes) {
        size_t count = collect(page, changes);
        for (size_t i = 0; i < count; i++)
            html_rank_add(&rank, &changes[i]);
        html_rank_sort(&rank, extent_of);
        put_table(page, &rank);
    }
    page->out->failed |= rank.failed || !changes;
    html_rank_close(&rank);
    free(changes);
}
