/* Puts the report together, with less and less in it until it is small enough. */
#include "html.h"
#include "html_page.h"
#include "html_put.h"
#include "roofline.h"
#include <stdlib.h>

#define MOST_BYTES 2000000
/* Of each of these in the JSON without blanks, with a name of one letter and numbers of one digit. */
#define LEAST_SHAPE 40
#define LEAST_OPERATION 110
#define LEAST_NAMESPACE 150

static void put_before_name(struct html_page *page)
{
    html_text(page->out, page->before_path);
}

static void put_after_name(struct html_page *page)
{
    html_text(page->out, page->path);
}

static const struct html_view views[] = {
    {"title", html_put_title, NULL},
    {"program", html_put_program, NULL},
    {"command", html_put_command, NULL},
    {"badges", html_put_badges, NULL},
    {"cards", html_put_cards, NULL},
    {"budget", html_put_budget, NULL},
    {"convention", html_put_convention, NULL},
    {"facts", html_put_facts, NULL},
    {"footer", html_put_footer, NULL},
    {"gaps", html_put_gaps, NULL},
    {"routines", html_put_routines, NULL},
    {"before_name", put_before_name, NULL},
    {"after_name", put_after_name, NULL},
    {"difference", html_put_difference, html_has_difference},
    {"icicle", html_put_icicle, html_has_icicle},
    {"namespaces", html_put_namespaces, html_has_namespaces},
    {"callers", html_put_callers, html_has_callers},
    {"process_kind", html_put_process_kind, NULL},
    {"processes", html_put_processes, html_has_processes},
    {"precision", html_put_precision, html_has_precision},
    {"sizes", html_put_sizes, html_has_sizes},
    {"products", html_put_products, html_has_products},
    {"speed", html_put_speed, html_has_speed},
    {"roofline", html_put_roofline, html_has_roofline},
    {"data", html_put_data, html_has_data},
};

/* What is beyond the first `keep` shapes of a routine goes to its others, and how much one of them may have. */
static void keep_shapes(struct summary_operation *operations, size_t count, size_t keep)
{
    for (size_t i = 0; i < count; i++) {
        struct summary_operation *operation = &operations[i];
        for (; operation->shapes.count > keep; operation->shapes.count--) {
            const struct summary_shape *last = &operation->shapes.rows[operation->shapes.count - 1];
            operation->shapes.error_calls = last->calls > operation->shapes.error_calls ? last->calls
                                                                                        : operation->shapes.error_calls;
            operation->shapes.error_flops = last->flop_cost > operation->shapes.error_flops ? last->flop_cost
                                                                                            : operation->shapes.error_flops;
        }
    }
}

static void keep_all_shapes(struct summary *s, size_t keep)
{
    keep_shapes(s->operations, s->operation_count, keep);
    for (size_t i = 0; i < s->namespace_count; i++)
        keep_shapes(s->namespaces[i].operations, s->namespaces[i].operation_count, keep);
}

static size_t least_of(const struct summary_operation *operations, size_t count)
{
    size_t bytes = count * LEAST_OPERATION;
    for (size_t i = 0; i < count; i++)
        bytes += operations[i].shapes.count * LEAST_SHAPE;
    return bytes;
}

/* What the summary takes as JSON at least, so that one that cannot fit is not written nine times. */
static size_t least_bytes(const struct summary *s)
{
    size_t bytes = least_of(s->operations, s->operation_count);
    for (size_t i = 0; i < s->namespace_count; i++)
        bytes += LEAST_NAMESPACE + least_of(s->namespaces[i].operations, s->namespaces[i].operation_count);
    return bytes;
}

static void render(const struct html_source *shown, const struct html_source *before, const struct html_limits *limits,
                   const struct calibration *calibration, struct out *out)
{
    struct html_page page = {.out = out,
                             .s = shown->summary,
                             .path = shown->path,
                             .is_merge = shown->is_merge,
                             .limits = *limits,
                             .calibration = calibration};
    if (before) {
        page.before = before->summary;
        page.before_path = before->path;
    }
    if (calibration) {
        page.points = roofline_points(page.s, calibration, &page.point_count);
        out->failed |= !page.points;
    }
    html_tree_build(&page.tree, page.s, limits->rows);
    html_fill(&page, views, sizeof views / sizeof *views);
    out->failed |= page.tree.failed;
    html_tree_free(&page.tree);
    free(page.points);
}

void html_report(const struct html_source *shown, const struct html_source *before, struct out *out)
{
    static const struct html_limits tries[] = {
        {1000, HTML_ALL_SHAPES, true},
        {1000, 64, true},
        {1000, 16, true},
        {1000, 4, true},
        {1000, 1, true},
        {500, 0, true},
        {500, 0, false},
        {200, 0, false},
        {100, 0, false},
    };
    const size_t count = sizeof tries / sizeof *tries;
    struct calibration found;
    const struct summary *s = shown->summary;
    const bool has_roof = roofline_calibration(s, &found);
    for (size_t i = 0; i < count; i++) {
        struct out page = {0};
        struct html_limits limits = tries[i];
        limits.has_data = limits.has_data && !shown->is_merge; /* that is no summary */
        /* What was taken away does not come back */
        keep_all_shapes(shown->summary, limits.shapes);
        if (limits.has_data && least_bytes(shown->summary) > MOST_BYTES)
            continue;
        render(shown, before, &limits, has_roof ? &found : NULL, &page);
        bool fits = page.length <= MOST_BYTES || i + 1 == count;
        if (fits)
            out_bytes(out, page.data, page.length);
        out->failed |= page.failed;
        out_free(&page);
        if (fits || out->failed)
            return;
    }
}
