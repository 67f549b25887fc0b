/* The lines of a frame of `flopshim top`, the same on a terminal and without one. */
#pragma once
#include "top_look.h"
#include "out.h"

enum { TOP_FILTER_BYTES = 64, TOP_HEAD_LINES = 3 };

struct top_view {
    enum top_tab tab;
    enum top_sort sort;
    bool inverted, tree, paused;
    char filter[TOP_FILTER_BYTES];
    const char *of; /* what is looked at, for the first line: "pid 4242" */
};

/* The rows of the view's tab, in its order; to be freed. */
void top_view_rows(const struct top_model *model, const struct top_view *view, struct top_rows *rows);

/* Lines of `columns` columns, no line feed behind: the head's, that of the column heads, and a row's. */
void top_put_head(const struct top_model *model, const struct top_view *view, unsigned line, size_t columns, struct out *out);
void top_put_heads(const struct top_view *view, size_t columns, struct out *out);
void top_put_row(const struct top_model *model, const struct top_view *view, const struct top_row *row, size_t columns,
                 struct out *out);

/* A whole frame as text, lines without blanks at their end; at most `most` rows, 0: all. */
void top_put_frame(const struct top_model *model, const struct top_view *view, size_t columns, size_t most, struct out *out);
/* As one line of JSON. */
void top_put_json(const struct top_model *model, double delay, struct out *out);
