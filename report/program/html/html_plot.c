/* Axes, grid and labels of logarithmic plots (html_plot.h). */
#include "html_plot.h"
#include "html_put.h"
#include <math.h>

struct html_axes html_axes(void)
{
    return (struct html_axes){HUGE_VAL, -HUGE_VAL, HUGE_VAL, -HUGE_VAL};
}

void html_axes_widen(struct html_axes *axes, double x, double y)
{
    axes->left = fmin(axes->left, floor(x));
    axes->right = fmax(axes->right, ceil(x + 1e-6));
    axes->bottom = fmin(axes->bottom, floor(y));
    axes->top = fmax(axes->top, ceil(y + 1e-6));
}

double html_across(const struct html_axes *axes, double value)
{
    return HTML_PLOT_LEFT + (99 - HTML_PLOT_LEFT) * (value - axes->left) / (axes->right - axes->left);
}

double html_down(const struct html_axes *axes, double value)
{
    return 10 + HTML_PLOT * (axes->top - value) / (axes->top - axes->bottom);
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
    out_format(out, "%g&#8239;%s", power_of_ten(power - 3 * thousands), prefixes[thousands]);
}

void html_put_grid(struct out *out, const struct html_axes *axes)
{
    for (double y = axes->bottom; y <= axes->top; y++)
        out_format(
            out,
            "<line class=\"grid\" x1=\"%.1f%%\" x2=\"99%%\" y1=\"%.1f\" y2=\"%.1f\"/><text class=\"end soft\" x=\"%.1f%%\" "
            "y=\"%.1f\">%g</text>\n",
            HTML_PLOT_LEFT, html_down(axes, y), html_down(axes, y), HTML_PLOT_LEFT - 1, html_down(axes, y) + 4,
            power_of_ten(y));
    double step = axes->right - axes->left > 8 ? 3 : 1;
    for (double x = axes->left; x <= axes->right; x++) {
        out_format(out, "<line class=\"grid\" x1=\"%.2f%%\" x2=\"%.2f%%\" y1=\"10\" y2=\"%d\"/>", html_across(axes, x),
                   html_across(axes, x), HTML_PLOT + 10);
        if (fmod(x - axes->left, step) != 0)
            continue;
        out_format(out, "<text class=\"%s soft\" x=\"%.2f%%\" y=\"%d\">", x < axes->right ? "mid" : "end", html_across(axes, x),
                   HTML_PLOT + 28);
        put_power_of_ten(out, x);
        out_text(out, "</text>\n");
    }
}

static bool take_place(struct html_labels *labels, double x, double y)
{
    for (int i = 0; i < labels->count; i++)
        if (fabs(labels->x[i] - x) < 11 && fabs(labels->y[i] - y) < 15)
            return false;
    if (labels->count == HTML_LABELS_MOST)
        return false;
    labels->x[labels->count] = x;
    labels->y[labels->count++] = y;
    return true;
}

void html_put_label(struct out *out, struct html_labels *labels, const char *name, double x, double y, double radius)
{
    bool is_left = x > 80; /* of its point, else it would leave the plot */
    if (!take_place(labels, x, y))
        return;
    out_format(out, "<text%s x=\"%.2f%%\" dx=\"%.0f\" y=\"%.1f\">", is_left ? " class=\"end\"" : "", x,
               is_left ? -radius - 4 : radius + 4, y + 4);
    html_text(out, name);
    out_text(out, "</text>");
}
