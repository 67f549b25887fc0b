/* Heat maps of matrix products: each pair of m, n and k by powers of two. */
#include "cost.h"
#include "html_dims.h"
#include "html_page.h"
#include "html_put.h"
#include <string.h>

#define CELL 22
#define LEFT 13.0 /* per cent, for the labels */

struct heat {
    double flops[HTML_POWERS][HTML_POWERS]; /* [down][across] */
    double most, all;
    int low, high; /* of both, so that the diagonal is one */
};

static bool is_product(const struct summary_operation *operation)
{
    return strstr(operation->name, "gemm") != NULL;
}

bool html_has_products(const struct html_page *page)
{
    for (size_t i = 0; i < page->s->operation_count; i++)
        if (is_product(&page->s->operations[i]) && page->s->operations[i].shapes.count)
            return true;
    return false;
}

static void add_shape(struct heat *heat, const struct summary_shape *shape, const char pair[2])
{
    int down = html_dims_power_of(shape->text, pair[0]), across = html_dims_power_of(shape->text, pair[1]);
    if (down < 0 || across < 0)
        return;
    double *cell = &heat->flops[down][across];
    *cell += (double)shape->flop_cost;
    heat->all += (double)shape->flop_cost;
    heat->most = *cell > heat->most ? *cell : heat->most;
    int low = down < across ? down : across, high = down < across ? across : down;
    heat->low = low < heat->low ? low : heat->low;
    heat->high = high > heat->high ? high : heat->high;
}

static void put_label(struct out *out, const char *class, double x, int y, int power)
{
    out_format(out, "<text class=\"%s\" x=\"%.2f%%\" y=\"%d\">", class, x, y);
    html_put_power(out, power);
    out_text(out, "</text>\n");
}

static void put_cell(struct out *out, const struct heat *heat, int down, int across, double step)
{
    double flops = heat->flops[down][across];
    if (flops > 0)
        out_format(out,
                   "<rect x=\"%.2f%%\" y=\"%d\" width=\"%.2f%%\" height=\"%d\" fill-opacity=\"%.2f\">"
                   "<title>%.1f%%</title></rect>\n",
                   LEFT + step * (across - heat->low), CELL * (heat->high - down), step, CELL, 0.12 + 0.88 * flops / heat->most,
                   100 * flops / heat->all);
}

static void put_cells(struct out *out, const struct heat *heat, double step)
{
    out_text(out, "<g class=\"heat\">");
    for (int down = heat->low; down <= heat->high; down++)
        for (int across = heat->low; across <= heat->high; across++)
            put_cell(out, heat, down, across, step);
    out_text(out, "</g>\n");
}

static void put_heat(struct out *out, const struct heat *heat, const char pair[2])
{
    int count = heat->high - heat->low + 1;
    double step = (100 - LEFT) / count;
    out_format(out, "<div><svg class=\"chart\" role=\"img\" aria-label=\"FLOPs by %c and %c\" height=\"%d\">\n", pair[0],
               pair[1], CELL * count + 38);
    for (int power = heat->low; power <= heat->high; power++) {
        int y = CELL * (heat->high - power);
        out_format(out, "<line class=\"grid\" x1=\"%.2f%%\" x2=\"100%%\" y1=\"%d\" y2=\"%d\"/>\n", LEFT, y, y);
        put_label(out, "end soft", LEFT - 1.5, y + 15, power);
        if (count <= 8 || (power - heat->low) % 2 == 0)
            put_label(out, "mid soft", LEFT + step * (power - heat->low + 0.5), CELL * count + 15, power);
    }
    put_cells(out, heat, step);
    out_format(out, "<line class=\"axis\" x1=\"%.2f%%\" x2=\"100%%\" y1=\"%d\" y2=\"%d\"/>\n", LEFT, CELL * count,
               CELL * count);
    out_format(out, "<text class=\"mid\" x=\"%.2f%%\" y=\"%d\">%c upwards, %c to the right</text></svg></div>\n",
               LEFT + (100 - LEFT) / 2, CELL * count + 33, pair[0], pair[1]);
}

void html_put_products(struct html_page *page)
{
    static const char pairs[3][2] = {{'m', 'n'}, {'m', 'k'}, {'k', 'n'}};
    out_text(page->out, "<div class=\"heats\">\n");
    for (size_t pair = 0; pair < 3; pair++) {
        struct heat heat = {.low = HTML_POWERS, .high = -1};
        for (size_t i = 0; i < page->s->operation_count; i++)
            for (size_t j = 0; is_product(&page->s->operations[i]) && j < page->s->operations[i].shapes.count; j++)
                add_shape(&heat, &page->s->operations[i].shapes.rows[j], pairs[pair]);
        if (heat.high >= 0 && heat.all > 0)
            put_heat(page->out, &heat, pairs[pair]);
    }
    out_text(page->out, "</div>\n");
}
