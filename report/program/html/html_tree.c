/* Builds the tree of namespace, routine and shape, joins what is too small to see, and lays it out by FLOPs. */
#include "html_tree.h"
#include "cost.h"
#include "html_rank.h"
#include <stdlib.h>
#include <string.h>

#define DEPTH_MOST 8 /* of namespaces; what is dotted deeper is one name */

static size_t add(struct html_tree *tree, struct html_box box)
{
    if (tree->count == tree->room) {
        size_t room = 2 * tree->room + 256;
        struct html_box *boxes = realloc(tree->boxes, room * sizeof *boxes);
        tree->failed |= !boxes;
        if (!boxes)
            return 0;
        tree->boxes = boxes;
        tree->room = room;
    }
    tree->boxes[tree->count] = box;
    return tree->count++;
}

/* Of the box and all above it. */
static void charge(struct html_tree *tree, size_t at, const wide size[MEASURES])
{
    for (bool is_last = false; !is_last; at = tree->boxes[at].parent) {
        for (int i = 0; i < MEASURES; i++)
            tree->boxes[at].size[i] = wide_sum(tree->boxes[at].size[i], size[i]);
        is_last = at == 0;
    }
}

static void add_shapes(struct html_tree *tree, size_t parent, const struct summary_operation *operation)
{
    for (size_t i = 0; i < operation->shapes.count; i++) {
        const struct summary_shape *shape = &operation->shapes.rows[i];
        const char *text = *shape->text ? shape->text : "no dimensions";
        add(tree, (struct html_box){.name = text,
                                    .name_length = strlen(text),
                                    .kind = BOX_SHAPE,
                                    .depth = tree->boxes[parent].depth + 1,
                                    .parent = parent,
                                    .size = {shape->flop_cost, 0, shape->calls}});
    }
}

static void add_operations(struct html_tree *tree, size_t parent, const struct summary_namespace *ns)
{
    for (size_t i = 0; i < ns->operation_count && !tree->failed; i++) {
        const struct summary_operation *operation = &ns->operations[i];
        const wide size[MEASURES] = {operation->flop_cost, operation->elapsed_ns, operation->calls};
        if (!operation->calls)
            continue;
        size_t at = add(tree, (struct html_box){.name = operation->name,
                                                .name_length = strlen(operation->name),
                                                .kind = BOX_ROUTINE,
                                                .depth = tree->boxes[parent].depth + 1,
                                                .parent = parent});
        if (tree->failed)
            return;
        charge(tree, at, size);
        add_shapes(tree, at, operation);
    }
}

/* A dot sorts before everything, so that what is below a name follows it. */
static int by_name(const void *left, const void *right)
{
    const char *a = (*(const struct summary_namespace *const *)left)->name;
    const char *b = (*(const struct summary_namespace *const *)right)->name;
    while (*a && *a == *b)
        a++, b++;
    int x = *a == '.' ? 1 : *a ? (unsigned char)*a + 1 : 0, y = *b == '.' ? 1 : *b ? (unsigned char)*b + 1 : 0;
    return x - y;
}

/* The boxes of the namespace that was added last, by depth. */
struct chain {
    size_t boxes[DEPTH_MOST + 1];
    size_t length;
};

static bool is_named(const struct html_box *box, const char *name, size_t length)
{
    return box->name_length == length && memcmp(box->name, name, length) == 0;
}

static size_t space_of(struct html_tree *tree, struct chain *chain, const char *name)
{
    size_t depth = 0;
    while (*name) {
        size_t length = depth + 1 < DEPTH_MOST ? strcspn(name, ".") : strlen(name);
        if (++depth > chain->length || !is_named(&tree->boxes[chain->boxes[depth]], name, length)) {
            chain->boxes[depth] = add(tree, (struct html_box){.name = name,
                                                              .name_length = length,
                                                              .kind = BOX_SPACE,
                                                              .depth = (unsigned)depth,
                                                              .parent = chain->boxes[depth - 1]});
            chain->length = depth;
        }
        name += length + (name[length] != 0);
    }
    chain->length = depth;
    return chain->boxes[depth];
}

static void collect(struct html_tree *tree, const struct summary *s)
{
    const struct summary_namespace **sorted = malloc((s->namespace_count + 1) * sizeof(*sorted));
    struct chain chain = {0};
    add(tree, (struct html_box){.name = "all", .name_length = 3});
    tree->failed |= !sorted;
    for (size_t i = 0; i < s->namespace_count && sorted; i++)
        sorted[i] = &s->namespaces[i];
    if (sorted)
        qsort(sorted, s->namespace_count, sizeof(*sorted), by_name);
    for (size_t i = 0; i < s->namespace_count && !tree->failed; i++)
        add_operations(tree, space_of(tree, &chain, sorted[i]->name), sorted[i]);
    free(sorted);
}

static double share_of(const struct html_tree *tree, const struct html_box *box)
{
    double most = 0;
    for (int i = 0; i < MEASURES; i++)
        if (tree->boxes->size[i] && (double)box->size[i] / (double)tree->boxes->size[i] > most)
            most = (double)box->size[i] / (double)tree->boxes->size[i];
    return most;
}

/* A child is never larger than its parent, so whatever is shown has its parent shown. */
static size_t show(struct html_tree *tree, double least)
{
    size_t shown = 0;
    for (size_t i = 0; i < tree->count; i++) {
        struct html_box *box = &tree->boxes[i];
        box->is_shown = i == 0 || (tree->boxes[box->parent].is_shown && share_of(tree, box) >= least);
        shown += box->is_shown;
    }
    return shown;
}

/* What is not shown, and what a routine has beyond its shapes, is one box more of the same parent. */
static void add_others(struct html_tree *tree)
{
    size_t count = tree->count;
    wide(*inside)[MEASURES] = calloc(count, sizeof *inside);
    bool *has_children = calloc(count, sizeof *has_children);
    tree->failed |= !inside || !has_children;
    for (size_t i = 1; i < count && !tree->failed; i++)
        if (tree->boxes[i].is_shown) {
            has_children[tree->boxes[i].parent] = true;
            for (int j = 0; j < MEASURES; j++)
                inside[tree->boxes[i].parent][j] += tree->boxes[i].size[j];
        }
    for (size_t i = 0; i < count && !tree->failed; i++) {
        struct html_box other = {.name = "others",
                                 .name_length = 6,
                                 .kind = BOX_OTHER,
                                 .depth = tree->boxes[i].depth + 1,
                                 .parent = i,
                                 .is_shown = true};
        for (int j = 0; j < MEASURES; j++) {
            bool no_time = j == MEASURE_TIME && tree->boxes[i].kind == BOX_ROUTINE;
            other.size[j] = no_time || inside[i][j] > tree->boxes[i].size[j] ? 0 : tree->boxes[i].size[j] - inside[i][j];
        }
        if (has_children[i] && tree->boxes[i].is_shown && (other.size[0] || other.size[1] || other.size[2]))
            add(tree, other);
    }
    free(inside);
    free(has_children);
}

static wide flops_of(const void *box)
{
    return ((const struct html_box *)box)->size[MEASURE_FLOPS];
}

/* Each box begins where the one before it in the same parent ends; the largest is first. */
static void lay_out(struct html_tree *tree)
{
    struct html_rank rank;
    double *ends = calloc(tree->count, sizeof *ends);
    html_rank_open(&rank, tree->count);
    tree->failed |= rank.failed || !ends;
    for (size_t i = 0; i < tree->count && !tree->failed; i++)
        if (tree->boxes[i].is_shown)
            html_rank_add(&rank, &tree->boxes[i]);
    html_rank_sort(&rank, flops_of);
    double whole = (double)tree->boxes->size[MEASURE_FLOPS];
    /* By depth, so that a parent has its place before its children. */
    for (unsigned depth = 0; depth <= DEPTH_MOST + 3; depth++)
        for (size_t i = 0; i < rank.count; i++) {
            size_t at = (size_t)((const struct html_box *)rank.rows[i] - tree->boxes);
            struct html_box *box = &tree->boxes[at];
            if (box->depth != depth)
                continue;
            box->width = whole > 0 ? 100 * (double)box->size[MEASURE_FLOPS] / whole : 0;
            box->at = at ? ends[box->parent] : 0;
            ends[at] = box->at;
            if (at)
                ends[box->parent] += box->width;
        }
    free(ends);
    html_rank_close(&rank);
}

void html_tree_build(struct html_tree *tree, const struct summary *summary, size_t most)
{
    *tree = (struct html_tree){0};
    collect(tree, summary);
    for (double least = 0.002; !tree->failed && show(tree, least) > most && least < 1;)
        least *= 2;
    if (!tree->failed)
        add_others(tree);
    if (!tree->failed)
        lay_out(tree);
}

void html_tree_free(struct html_tree *tree)
{
    free(tree->boxes);
    *tree = (struct html_tree){0};
}
