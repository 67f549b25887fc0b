/* What the parts of an HTML report share. A view is a function that appends its markup to page->out, and is left out of the
 * page where it has nothing to show. */
#pragma once
#include "html.h"
#include "html_tree.h"
#include "precision.h"

/* How much of each thing is shown, so that the file stays small. */
struct html_limits {
    size_t rows;   /* of a table; boxes of the icicle */
    size_t shapes; /* of a routine */
    bool has_data; /* the whole summary is in the file, for the buttons that export it */
};

struct html_page {
    struct out *out;
    const struct summary *s;
    const struct summary *before; /* NULL: there is none */
    const char *path, *before_path;
    bool is_merge; /* as in html_source */
    struct html_limits limits;
    struct html_tree tree;
    const struct calibration *calibration; /* NULL: there is none (roofline_calibration()); else of it: */
    struct roofline_point *points;
    size_t point_count;
};

#define HTML_ALL_SHAPES SIZE_MAX

/* A place in report/html/page.html. has: NULL where it is always there. */
struct html_view {
    const char *name;
    void (*put)(struct html_page *page);
    bool (*has)(const struct html_page *page);
};

/* Append the shell, its places filled in by the views. */
void html_fill(struct html_page *page, const struct html_view *views, size_t count);
extern const char html_shell[]; /* generated from report/html/ */

void html_put_title(struct html_page *page);
void html_put_program(struct html_page *page);
void html_put_command(struct html_page *page);
void html_put_badges(struct html_page *page);
void html_put_cards(struct html_page *page);
void html_put_budget(struct html_page *page);
void html_put_convention(struct html_page *page);
void html_put_facts(struct html_page *page);
void html_put_footer(struct html_page *page);
void html_put_gaps(struct html_page *page);
void html_put_routines(struct html_page *page);
void html_put_icicle(struct html_page *page);
bool html_has_icicle(const struct html_page *page);
/* Was anything done in a namespace that has a name? */
bool html_has_names(const struct summary *s);
void html_put_namespaces(struct html_page *page);
bool html_has_namespaces(const struct html_page *page);
void html_put_processes(struct html_page *page);
void html_put_process_kind(struct html_page *page);
bool html_has_processes(const struct html_page *page);
void html_put_callers(struct html_page *page);
bool html_has_callers(const struct html_page *page);
void html_put_precision(struct html_page *page);
void html_cell_precision(struct out *out, enum cost_precision precision);
bool html_has_precision(const struct html_page *page);
void html_put_sizes(struct html_page *page);
bool html_has_sizes(const struct html_page *page);
void html_put_products(struct html_page *page);
bool html_has_products(const struct html_page *page);
void html_put_speed(struct html_page *page);
bool html_has_speed(const struct html_page *page);
void html_put_roofline(struct html_page *page);
bool html_has_roofline(const struct html_page *page);
void html_put_difference(struct html_page *page);
bool html_has_difference(const struct html_page *page);
void html_put_data(struct html_page *page);
bool html_has_data(const struct html_page *page);
