/* Points of the roofline, and their section of the text (roofline.h). */
#include "roofline.h"
#include "order.h"
#include "precisions.h"
#include "summary_moved.h"
#include "text_rows.h"
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ROUTINES 12

const char *roofline_obstacle(const struct summary *s)
{
    if (strcmp(s->convention, "ops") != 0)
        return "FLOPs are counted as fused";
    if (strcmp(s->multiplier, "1") != 0 || (s->weights && *s->weights))
        return "FLOPs are weighted";
    return NULL;
}

static double peak_of(const char *operation, const struct calibration *c)
{
    switch (precisions_of(operation)) {
    case COST_SINGLE:
    case COST_SINGLE_COMPLEX: return c->sgemm_gflops;
    case COST_DOUBLE:
    case COST_DOUBLE_COMPLEX: return c->dgemm_gflops;
    default: return 0;
    }
}

bool roofline_point(const struct summary_operation *operation, const struct calibration *c, struct roofline_point *point)
{
    struct summary_moved moved = summary_moved_by(operation);
    double peak = peak_of(operation->name, c);
    if (!moved.bytes || !moved.flops || !operation->elapsed_ns || !operation->timed_flops || peak <= 0)
        return false;
    double intensity = (double)moved.flops / (double)moved.bytes;
    *point = (struct roofline_point){
        .operation = operation,
        .gflops = (double)operation->timed_flops / (double)operation->elapsed_ns,
        .intensity = intensity,
        .peak = peak,
        .roof = fmin(peak, intensity * c->bandwidth_gbytes),
    };
    return true;
}

static int by_time(const void *left, const void *right, const void *context)
{
    const struct roofline_point *a = left, *b = right;
    (void)context;
    int order = text_descending(a->operation->elapsed_ns, b->operation->elapsed_ns);
    return order ? order : (a->operation > b->operation) - (a->operation < b->operation);
}

__attribute__((format(printf, 2, 3))) static void put(struct out *out, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    out_text(out, text);
}

static void put_point(struct out *out, const struct roofline_point *point, const struct text_columns *columns)
{
    text_put_row_name(out, point->operation->name, columns);
    put(out, "%10.2f GFLOP/s  %5.1f%% of %.2f  [%.2f FLOPs/byte, %s]\n", point->gflops, 100 * point->gflops / point->roof,
        point->roof, point->intensity, point->roof < point->peak ? "memory" : "arithmetic");
}

/* The first of them by time. */
static size_t collect(const struct summary *s, const struct calibration *c, struct roofline_point points[ROUTINES + 1])
{
    size_t count = 0;
    for (size_t i = 0; i < s->operation_count; i++) {
        if (!roofline_point(&s->operations[i], c, &points[count]))
            continue;
        order_sort(points, count + 1, sizeof *points, by_time, NULL);
        count += count < ROUTINES;
    }
    return count;
}

void roofline_text(const struct summary *s, struct out *out)
{
    struct roofline_point points[ROUTINES + 1] = {{0}};
    struct calibration c;
    struct text_columns columns = {TEXT_NAME_WIDTH, TEXT_NUMBER_WIDTH};
    if (!summary_has_shapes(s) || roofline_obstacle(s) || !calibration_load(s->host, &c))
        return;
    size_t count = collect(s, &c, points);
    if (!count)
        return;
    for (size_t i = 0; i < count; i++)
        columns.name = text_larger(columns.name, text_width(points[i].operation->name));
    text_put_heading(out, "Roofline");
    put(out, " (dgemm %.2f and sgemm %.2f GFLOP/s, memory %.2f GB/s):\n", c.dgemm_gflops, c.sgemm_gflops, c.bandwidth_gbytes);
    for (size_t i = 0; i < count; i++)
        put_point(out, &points[i], &columns);
}
