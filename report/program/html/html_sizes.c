/* FLOPs and calls by the size of calls, and matrix products by m, n and k: of the shapes that were recorded. */
#include "cost.h"
#include "html_dims.h"
#include "html_page.h"
#include "html_put.h"
#include <string.h>

#define PLOT 150 /* pixels */

/* Of powers of two. */
struct range {
    int low, high;
};

static void widen(struct range *range, int power)
{
    range->low = power < range->low ? power : range->low;
    range->high = power > range->high ? power : range->high;
}

bool html_has_sizes(const struct html_page *page)
{
    for (size_t i = 0; i < page->s->operation_count; i++)
        if (page->s->operations[i].shapes.count)
            return true;
    return false;
}

struct histogram {
    double flops[HTML_POWERS], calls[HTML_POWERS];
    double all_flops, all_calls;
    struct range range;
};

static void count_shapes(const struct summary *s, struct histogram *histogram)
{
    *histogram = (struct histogram){.range = {HTML_POWERS, -1}};
    for (size_t i = 0; i < s->operation_count; i++)
        for (size_t j = 0; j < s->operations[i].shapes.count; j++) {
            const struct summary_shape *shape = &s->operations[i].shapes.rows[j];
            int power = html_dims_power(shape->text);
            if (power < 0)
                continue;
            widen(&histogram->range, power);
            histogram->flops[power] += (double)shape->flop_cost;
            histogram->calls[power] += (double)shape->calls;
            histogram->all_flops += (double)shape->flop_cost;
            histogram->all_calls += (double)shape->calls;
        }
}

/* share: of the whole, in per cent, of which `most` is as high as the plot. */
static void put_bar(struct out *out, const char *class, double x, double width, double share, double most)
{
    double height = most > 0 ? PLOT * share / most : 0;
    out_format(
        out,
        "<rect class=\"%s\" x=\"%.3f%%\" y=\"%.2f\" width=\"%.3f%%\" height=\"%.2f\"><title>%.1f%% of the %s</title></rect>\n",
        class, x, 20 + PLOT - height, width, height, share, strcmp(class, "fill") == 0 ? "FLOPs" : "calls");
}

static double percent_of(double part, double whole)
{
    return whole > 0 ? 100 * part / whole : 0;
}

static double highest(const struct histogram *h)
{
    double most = 0;
    for (int i = 0; i < HTML_POWERS; i++) {
        most = percent_of(h->flops[i], h->all_flops) > most ? percent_of(h->flops[i], h->all_flops) : most;
        most = percent_of(h->calls[i], h->all_calls) > most ? percent_of(h->calls[i], h->all_calls) : most;
    }
    return most;
}

void html_put_sizes(struct html_page *page)
{
    struct out *out = page->out;
    struct histogram h;
    count_shapes(page->s, &h);
    if (h.range.high < 0)
        return;
    double step = 100.0 / (h.range.high - h.range.low + 1), most = highest(&h);
    out_format(out, "<svg class=\"chart\" role=\"img\" aria-label=\"FLOPs and calls by size\" height=\"%d\">\n", PLOT + 42);
    out_format(out, "<line class=\"axis\" x1=\"0\" x2=\"100%%\" y1=\"%d\" y2=\"%d\"/>\n", PLOT + 20, PLOT + 20);
    for (int power = h.range.low; power <= h.range.high; power++) {
        double x = step * (power - h.range.low), width = step > 12 ? 4 : step / 3;
        double flops = percent_of(h.flops[power], h.all_flops), calls = percent_of(h.calls[power], h.all_calls);
        double middle = x + step / 2;
        put_bar(out, "fill", middle - width, width, flops, most);
        put_bar(out, "calls", middle, width, calls, most);
        out_format(out, "<text class=\"mid soft\" x=\"%.3f%%\" y=\"%d\">", middle, PLOT + 38);
        html_put_power(out, power);
        out_text(out, "</text>\n");
    }
    out_format(
        out,
        "</svg><p class=\"legend\"><span><svg aria-hidden=\"true\"><rect class=\"fill\" width=\"10\" height=\"10\"/></svg>FLOPs"
        "</span><span><svg class=\"chart\" aria-hidden=\"true\"><rect class=\"calls\" width=\"10\" height=\"10\"/></svg>calls"
        "</span><span>the highest bar is %.1f%%</span></p>\n",
        most);
}
