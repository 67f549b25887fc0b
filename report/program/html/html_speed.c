/* GFLOP/s against the work of a call, a point a routine, both logarithmic. */
#include "html_plot.h"
#include "html_put.h"
#include "html_rank.h"
#include "text_rows.h"
#include <math.h>

#define CROWD 60 /* points */

static bool is_point(const struct summary_operation *operation)
{
    return operation->elapsed_ns && operation->timed_flops && operation->calls;
}

bool html_has_speed(const struct html_page *page)
{
    for (size_t i = 0; i < page->s->operation_count; i++)
        if (is_point(&page->s->operations[i]))
            return true;
    return false;
}

static double size_of(const struct summary_operation *operation)
{
    return log10((double)operation->flop_cost / (double)operation->calls);
}

static double speed_of(const struct summary_operation *operation)
{
    return log10((double)operation->timed_flops / (double)operation->elapsed_ns);
}

static struct html_axes axes_of(const struct html_rank *rank)
{
    struct html_axes axes = html_axes();
    for (size_t i = 0; i < rank->count; i++)
        html_axes_widen(&axes, size_of(rank->rows[i]), speed_of(rank->rows[i]));
    return axes;
}

static wide time_of(const void *row)
{
    return ((const struct summary_operation *)row)->elapsed_ns;
}

/* By area; smaller where there are many. */
static double radius_of(const struct html_rank *rank, const struct summary_operation *operation)
{
    double largest = rank->count > CROWD ? 6 : 12;
    return 2 + largest * sqrt((double)operation->elapsed_ns / (double)time_of(rank->rows[0]));
}

static void put_point(struct out *out, const struct html_axes *axes, const struct html_rank *rank,
                      const struct summary_operation *operation)
{
    out_format(out, "<circle cx=\"%.2f%%\" cy=\"%.1f\" r=\"%.1f\"><title>", html_across(axes, size_of(operation)),
               html_down(axes, speed_of(operation)), radius_of(rank, operation));
    html_text(out, operation->name);
    out_text(out, ": ");
    html_rate(out, operation->timed_flops, operation->elapsed_ns);
    out_text(out, " GFLOP/s, ");
    text_put_calls(out, operation->calls);
    out_text(out, "</title></circle>\n");
}

/* Over the points. */
static void put_labels(struct out *out, const struct html_axes *axes, const struct html_rank *rank)
{
    struct html_labels labels = {0};
    for (size_t i = 0; i < rank->count && i < HTML_LABELS_TRIED; i++) {
        const struct summary_operation *operation = rank->rows[i];
        double x = html_across(axes, size_of(operation)), y = html_down(axes, speed_of(operation));
        html_put_label(out, &labels, operation->name, x, y, radius_of(rank, operation));
    }
}

void html_put_speed(struct html_page *page)
{
    const struct summary *s = page->s;
    struct out *out = page->out;
    struct html_rank rank;
    html_rank_open(&rank, s->operation_count);
    for (size_t i = 0; i < s->operation_count; i++)
        if (is_point(&s->operations[i]))
            html_rank_add(&rank, &s->operations[i]);
    html_rank_sort(&rank, time_of);
    struct html_axes axes = axes_of(&rank);
    size_t shown = rank.count < page->limits.rows ? rank.count : page->limits.rows;
    out_format(out, "<svg class=\"chart\" role=\"img\" aria-label=\"GFLOP/s against FLOPs a call\" height=\"%d\">\n",
               HTML_PLOT + 54);
    html_put_grid(out, &axes);
    for (size_t i = 0; i < shown; i++)
        put_point(out, &axes, &rank, rank.rows[i]);
    put_labels(out, &axes, &rank);
    out_format(out, "<text class=\"soft\" x=\"%.1f%%\" y=\"%d\">GFLOP/s upwards, FLOPs a call to the right</text></svg>\n",
               HTML_PLOT_LEFT, HTML_PLOT + 50);
    out->failed |= rank.failed;
    html_rank_close(&rank);
}
