/* Plots with both axes logarithmic, a point a routine (html_speed.c, html_roofline.c). */
#pragma once
#include "html_page.h"

#define HTML_PLOT 260
#define HTML_PLOT_LEFT 8.0 /* per cent */
enum { HTML_LABELS_MOST = 12, HTML_LABELS_TRIED = 40 };

/* Powers of ten. */
struct html_axes {
    double left, right, bottom, top;
};

/* Where labels stand already: one that would lie on another is left out; the point's tooltip has it. */
struct html_labels {
    double x[HTML_LABELS_MOST], y[HTML_LABELS_MOST];
    int count;
};

/* No point yet; and wide enough for one more. */
struct html_axes html_axes(void);
void html_axes_widen(struct html_axes *axes, double x, double y);
/* Where a power of ten lies: per cent from the left, and pixels from above. */
double html_across(const struct html_axes *axes, double x);
double html_down(const struct html_axes *axes, double y);
void html_put_grid(struct out *out, const struct html_axes *axes);
/* Of a point of that radius. */
void html_put_label(struct out *out, struct html_labels *labels, const char *name, double x, double y, double radius);
