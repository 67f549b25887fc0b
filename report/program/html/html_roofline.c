/* GFLOP/s against FLOPs a byte, below what the machine can do (roofline.h). */
#include "roofline.h"
#include "html_plot.h"
#include "html_put.h"
#include <math.h>

bool html_has_roofline(const struct html_page *page)
{
    return page->point_count > 0;
}

/* From the left edge up to the peak, and along it. */
static void put_roof(struct out *out, const struct html_axes *axes, double peak, double bandwidth)
{
    double ridge = log10(peak / bandwidth), left = axes->left, low = log10(bandwidth) + left;
    if (low < axes->bottom) {
        left = axes->bottom - log10(bandwidth);
        low = axes->bottom;
    }
    out_format(out, "<line class=\"roof\" x1=\"%.2f%%\" y1=\"%.1f\" x2=\"%.2f%%\" y2=\"%.1f\"/>", html_across(axes, left),
               html_down(axes, low), html_across(axes, ridge), html_down(axes, log10(peak)));
    out_format(out, "<line class=\"roof\" x1=\"%.2f%%\" y1=\"%.1f\" x2=\"99%%\" y2=\"%.1f\"/>", html_across(axes, ridge),
               html_down(axes, log10(peak)), html_down(axes, log10(peak)));
}

static void put_point(struct out *out, const struct html_axes *axes, const struct roofline_point *point)
{
    out_format(out, "<circle cx=\"%.2f%%\" cy=\"%.1f\" r=\"6\"><title>", html_across(axes, log10(point->intensity)),
               html_down(axes, log10(point->gflops)));
    html_text(out, point->operation->name);
    out_format(out, ": %.4g GFLOP/s, %.1f%% of %.4g; %.4g FLOPs a byte</title></circle>\n", point->gflops,
               100 * point->gflops / point->roof, point->roof, point->intensity);
}

static struct html_axes axes_of(const struct html_page *page, bool *has_single)
{
    const struct calibration *c = page->calibration;
    struct html_axes axes = html_axes();
    html_axes_widen(&axes, log10(c->dgemm_gflops / c->bandwidth_gbytes), log10(c->dgemm_gflops));
    for (size_t i = 0; i < page->point_count; i++) {
        html_axes_widen(&axes, log10(page->points[i].intensity), log10(page->points[i].gflops));
        *has_single |= page->points[i].peak == c->sgemm_gflops;
    }
    if (*has_single)
        html_axes_widen(&axes, log10(c->sgemm_gflops / c->bandwidth_gbytes), log10(c->sgemm_gflops));
    return axes;
}

void html_put_roofline(struct html_page *page)
{
    const struct calibration *c = page->calibration;
    struct out *out = page->out;
    struct html_labels labels = {0};
    bool has_single = false;
    struct html_axes axes = axes_of(page, &has_single);
    out_format(out, "<svg class=\"chart\" role=\"img\" aria-label=\"GFLOP/s against FLOPs a byte\" height=\"%d\">\n",
               HTML_PLOT + 54);
    html_put_grid(out, &axes);
    put_roof(out, &axes, c->dgemm_gflops, c->bandwidth_gbytes);
    if (has_single)
        put_roof(out, &axes, c->sgemm_gflops, c->bandwidth_gbytes);
    for (size_t i = 0; i < page->point_count; i++)
        put_point(out, &axes, &page->points[i]);
    for (size_t i = 0; i < page->point_count; i++)
        html_put_label(out, &labels, page->points[i].operation->name, html_across(&axes, log10(page->points[i].intensity)),
                       html_down(&axes, log10(page->points[i].gflops)), 6);
    out_format(out,
               "<text class=\"soft\" x=\"%.1f%%\" y=\"%d\">GFLOP/s upwards, FLOPs a byte to the right</text></svg>\n<p "
               "class=\"soft\">",
               HTML_PLOT_LEFT, HTML_PLOT + 50);
    out_format(out, "dgemm %.4g and sgemm %.4g GFLOP/s of ", c->dgemm_gflops, c->sgemm_gflops);
    html_text(out, c->library);
    out_format(out, ", %.4g GB/s of memory; measured ", c->bandwidth_gbytes);
    html_text(out, c->measured);
    out_text(out, "</p>\n");
}
