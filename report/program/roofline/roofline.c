/* Points of the roofline, and their section of the text (roofline.h). */
#include "roofline.h"
#include "out_format.h"
#include "precisions.h"
#include "summary_moved.h"
#include "text_rows.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROUTINES 12

/* A fused or weighted FLOP is not what a machine's peak is of. */
static bool has_plain_flops(const struct summary *s)
{
    return strcmp(s->convention, "ops") == 0 && strcmp(s->multiplier, "1") == 0 && !(s->weights && *s->weights);
}

bool roofline_calibration(const struct summary *s, struct calibration *calibration)
{
    return summary_has_shapes(s) && has_plain_flops(s) && calibration_load(s->host, calibration);
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

static bool point_of(const struct summary_operation *operation, const struct calibration *c, struct roofline_point *point)
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

struct roofline_point *roofline_points(const struct summary *s, const struct calibration *c, size_t *count)
{
    struct roofline_point *points = calloc(s->operation_count + 1, sizeof *points);
    *count = 0;
    for (size_t i = 0; points && i < s->operation_count; i++)
        *count += point_of(&s->operations[i], c, &points[*count]);
    return points;
}

static int by_time(const void *left, const void *right)
{
    const struct roofline_point *a = left, *b = right;
    int order = text_descending(a->operation->elapsed_ns, b->operation->elapsed_ns);
    return order ? order : (a->operation > b->operation) - (a->operation < b->operation);
}

static void put_point(struct out *out, const struct roofline_point *point, const struct text_columns *columns)
{
    text_put_row_name(out, point->operation->name, columns);
    out_format(out, "%10.2f GFLOP/s  %5.1f%% of %.2f  [%.2f FLOPs/byte, %s]\n", point->gflops,
               100 * point->gflops / point->roof, point->roof, point->intensity,
               point->roof < point->peak ? "memory" : "arithmetic");
}

void roofline_text(const struct summary *s, struct out *out)
{
    struct calibration c;
    struct text_columns columns = {TEXT_NAME_WIDTH, TEXT_NUMBER_WIDTH};
    size_t count;
    if (!roofline_calibration(s, &c))
        return;
    struct roofline_point *points = roofline_points(s, &c, &count);
    out->failed |= !points;
    if (count) {
        qsort(points, count, sizeof *points, by_time);
        count = count < ROUTINES ? count : ROUTINES;
        for (size_t i = 0; i < count; i++)
            columns.name = text_larger(columns.name, text_width(points[i].operation->name));
        text_put_heading(out, "Roofline");
        out_format(out, " (dgemm %.2f and sgemm %.2f GFLOP/s, memory %.2f GB/s):\n", c.dgemm_gflops, c.sgemm_gflops,
                   c.bandwidth_gbytes);
    }
    for (size_t i = 0; i < count; i++)
        put_point(out, &points[i], &columns);
    free(points);
}
