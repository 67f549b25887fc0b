/* The boxes of the icicle: the whole, its namespaces by their dots, their routines, the shapes of these. */
#pragma once
#include "summary_model.h"

enum html_box_kind { BOX_SPACE, BOX_ROUTINE, BOX_SHAPE, BOX_OTHER };
enum { MEASURE_FLOPS, MEASURE_TIME, MEASURE_CALLS, MEASURES };

struct html_box {
    const char *name;
    size_t name_length;
    enum html_box_kind kind;
    unsigned depth;
    size_t parent; /* comes before its children */
    wide size[MEASURES];
    bool is_shown; /* else it is in the box of what else its parent has */
    size_t number; /* among those that are shown */
    double at;     /* where it begins and how wide it is by FLOPs, in per cent of the whole */
    double width;
};

struct html_tree {
    struct html_box *boxes;
    size_t count;
    size_t room;
    bool failed;
};

/* Boxes that hold less than 0.2% of each measure are joined, and where more than `most` would be shown, larger ones too. */
void html_tree_build(struct html_tree *tree, const struct summary *summary, size_t most);
void html_tree_free(struct html_tree *tree);
