/* The icicle. A box is an svg of its own, so that it clips its label; the script lays the same boxes out by another measure. */
#include "html_page.h"
#include "html_put.h"
#include "text_rows.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ROW 26
#define COLOURS 8
#define LABELLED 1.5 /* per cent: in less nothing can be read; the script labels what is widened */

bool html_has_icicle(const struct html_page *page)
{
    return page->s->flops_used > 0 && page->tree.count > 1 && !page->tree.failed;
}

static void put_name(struct out *out, const struct html_box *box)
{
    char name[256];
    size_t length = box->name_length < sizeof name - 1 ? box->name_length : sizeof name - 1;
    memcpy(name, box->name, length);
    name[length] = 0;
    html_text(out, name);
}

/* A routine has one colour wherever it is. */
static unsigned colour_of(const struct html_box *box)
{
    unsigned hash = 2166136261u;
    for (size_t i = 0; i < box->name_length; i++)
        hash = (hash ^ (unsigned char)box->name[i]) * 16777619u;
    return (hash >> 16) % COLOURS;
}

static void put_class(struct out *out, const struct html_tree *tree, const struct html_box *box)
{
    const struct html_box *routine = box->kind == BOX_SHAPE ? &tree->boxes[box->parent] : box;
    if (box->kind == BOX_SPACE || box->kind == BOX_OTHER)
        out_text(out, box->kind == BOX_SPACE ? "n s" : "n o");
    else
        out_format(out, "n c%u%s", colour_of(routine), box->kind == BOX_SHAPE ? " h" : "");
}

static void put_box(struct out *out, const struct html_tree *tree, const struct html_box *box)
{
    out_text(out, "<svg class=\"");
    put_class(out, tree, box);
    out_format(out, "\" x=%.2f%% y=%u width=%.2f%% height=%u data-p=%zu data-s=\"", box->at, box->depth * ROW, box->width, ROW,
               tree->boxes[box->parent].number);
    for (int i = 0; i < MEASURES; i++) {
        out_text(out, i ? " " : "");
        out_number(out, box->size[i]);
    }
    out_text(out, "\"><title>");
    put_name(out, box);
    out_text(out, ": ");
    out_grouped(out, box->size[MEASURE_FLOPS]);
    out_text(out, " FLOPs (");
    out_percent(out, box->size[MEASURE_FLOPS], tree->boxes->size[MEASURE_FLOPS]);
    out_text(out, "%), ");
    text_put_calls(out, wide_narrow(box->size[MEASURE_CALLS]));
    out_text(out, "</title><rect/>");
    if (box->width >= LABELLED) {
        out_text(out, "<text>");
        put_name(out, box);
        out_text(out, "</text>");
    }
    out_text(out, "</svg>\n");
}

void html_put_icicle(struct html_page *page)
{
    struct html_tree *tree = &page->tree;
    unsigned deepest = 0;
    size_t number = 0;
    for (size_t i = 0; i < tree->count; i++)
        if (tree->boxes[i].is_shown) {
            tree->boxes[i].number = number++;
            deepest = tree->boxes[i].depth > deepest ? tree->boxes[i].depth : deepest;
        }
    out_format(page->out,
               "<svg class=\"chart\" role=\"img\" aria-label=\"FLOPs by namespace, routine and shape\" height=\"%u\">\n",
               (deepest + 1) * ROW);
    for (size_t i = 0; i < tree->count; i++)
        if (tree->boxes[i].is_shown)
            put_box(page->out, tree, &tree->boxes[i]);
    out_text(page->out, "</svg>\n");
}
