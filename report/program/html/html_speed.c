/* GFLOP/s against the work of a call, a point a routine, both logarithmic. */
#include "html_page.h"
#include "html_put.h"
#include "html_rank.h"
#include "text_rows.h"
#include <math.h>

#define PLOT 260
#define LABELS_MOST 12
#define LABELS_TRIED 40
#define CROWD 60 /* points */
#define LEFT 8.0 /* per cent */

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

/* Powers of ten. */
struct axes {
    double left, right, bottom, top;
};

static double size_of(const struct summary_operation *operation)
{
    return log10((double)operation->flop_cost / (double)operation->calls);
}

static double speed_of(const struct summary_operation *operation)
{
    return log10((double)operation->timed_flops / (double)operation->elapsed_ns);
}

static struct axes axes_of(const struct html_rank *rank)
{
    struct axes axes = {HUGE_VAL, -HUGE_VAL, HUGE_VAL, -HUGE_VAL};
    for (size_t i = 0; i < rank->count; i++) {
        axes.left = fmin(axes.left, floor(size_of(rank->rows[i])));
        axes.right = fmax(axes.right, ceil(size_of(rank->rows[i]) + 1e-6));
        axes.bottom = fmin(axes.bottom, floor(speed_of(rank->rows[i])));
        axes.top = fmax(axes.top, ceil(speed_of(rank->rows[i]) + 1e-6));
    }
    return axes;
}

static double across(const struct axes *axes, double value)
{
    return LEFT + (99 - LEFT) * (value - axes->left) / (axes->right - axes->left);
}

static double down(const struct axes *axes, double value)
{
    return 10 + PLOT * (axes->top - value) / (axes->top - axes->bottom);
}

static double power_of_ten(double power)
{
    double value = 1;
    for (; power >= 1; power--)
        value *= 10;
    for (; power <= -1; power++)
        value /= 10;
    return value;
}

static void put_power_of_ten(struct out *out, double power)
{
    static const char *const prefixes[] = {"", "k", "M", "G", "T", "P", "E"};
    int thousands = power < 0 ? 0 : power >= 21 ? 6 : (int)power / 3;
    html_format(out, "%g&#8239;%s", power_of_ten(power - 3 * thousands), prefixes[thousands]);
}

static void put_grid(struct out *out, const struct axes *axes)
{
    for (double y = axes->bottom; y <= axes->top; y++)
        html_format(
            out,
            "<line class=\"grid\" x1=\"%.1f%%\" x2=\"99%%\" y1=\"%.1f\" y2=\"%.1f\"/><text class=\"end soft\" x=\"%.1f%%\" "
            "y=\"%.1f\">%g</text>\n",
            LEFT, down(axes, y), down(axes, y), LEFT - 1, down(axes, y) + 4, power_of_ten(y));
    double step = axes->right - axes->left > 8 ? 3 : 1;
    for (double x = axes->left; x <= axes->right; x++) {
        html_format(out, "<line class=\"grid\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"10\" y2=\"%d\"/>", across(axes, x),
                    across(axes, x), PLOT + 10);
        if (fmod(x - axes->left, step) != 0)
            continue;
        html_format(out, "<text class=\"%s soft\" x=\"%.2f%%\" y=\"%d\">", x < axes->right ? "mid" : "end", across(axes, x),
                    PLOT + 28);
        put_power_of_ten(out, x);
        out_text(out, "</text>\n");
    }
}

/* Where labels stand already: one that would lie on another is left out; the point's tooltip has it. */
struct labels {
    double x[LABELS_MOST], y[LABELS_MOST];
    int count;
};

static bool take_place(struct labels *labels, double x, double y)
{
    for (int i = 0; i < labels->count; i++)
        if (fabs(labels->x[i] - x) < 11 && fabs(labels->y[i] - y) < 15)
            return false;
    if (labels->count == LABELS_MOST)
        return false;
    labels->x[labels->count] = x;
    labels->y[labels->count++] = y;
    return true;
}

static void put_label(struct out *out, const char *name, double x, double y, double radius)
{
    bool is_left = x > 80; /* of its point, else it would leave the plot */
    html_format(out, "<text%s x=\"%.2f%%\" dx=\"%.0f\" y=\"%.1f\">", is_left ? " class=\"end\"" : "", x,
                is_left ? -radius - 4 : radius + 4, y + 4);
    html_text(out, name);
    out_text(out, "</text>");
}

static uint64_t time_of(const void *row)
{
    return ((const struct summary_operation *)row)->elapsed_ns;
}

/* By area; smaller where there are many. */
static double radius_of(const struct html_rank *rank, const struct summary_operation *operation)
{
    double largest = rank->count > CROWD ? 6 : 12;
    return 2 + largest * sqrt((double)operation->elapsed_ns / (double)time_of(rank->rows[0]));
}

static void put_point(struct out *out, const struct axes *axes, const struct html_rank *rank,
                      const struct summary_operation *operation)
{
    html_format(out, "<circle cx=\"%.2f%%\" cy=\"%.1f\" r=\"%.1f\"><title>", across(axes, size_of(operation)),
                down(axes, speed_of(operation)), radius_of(rank, operation));
    html_text(out, operation->name);
    out_text(out, ": ");
    html_rate(out, operation->timed_flops, operation->elapsed_ns);
    out_text(out, " GFLOP/s, ");
    text_put_calls(out, operation->calls);
    out_text(out, "</title></circle>\n");
}

/* Over the points. */
static void put_labels(struct out *out, const struct axes *axes, const struct html_rank *rank)
{
    struct labels labels = {0};
    for (size_t i = 0; i < rank->count && i < LABELS_TRIED; i++) {
        const struct summary_operation *operation = rank->rows[i];
        double x = across(axes, size_of(operation)), y = down(axes, speed_of(operation));
        if (take_place(&labels, x, y))
            put_label(out, operation->name, x, y, radius_of(rank, operation));
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
    struct axes axes = axes_of(&rank);
    size_t shown = rank.count < page->limits.rows ? rank.count : page->limits.rows;
    html_format(out, "<svg class=\"chart\" role=\"img\" aria-label=\"GFLOP/s against FLOPs a call\" height=\"%d\">\n",
                PLOT + 54);
    put_grid(out, &axes);
    for (size_t i = 0; i < shown; i++)
        put_point(out, &axes, &rank, rank.rows[i]);
    put_labels(out, &axes, &rank);
    html_format(out, "<text class=\"soft\" x=\"%.1f%%\" y=\"%d\">GFLOP/s upwards, FLOPs a call to the right</text></svg>\n",
                LEFT, PLOT + 50);
    out->failed |= rank.failed;
    html_rank_close(&rank);
}
