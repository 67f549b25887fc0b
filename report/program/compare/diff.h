/* What differs between two summaries, A (before) and B (after). Counts are compared; times are only set side by side.
 *
 * A row is of a routine, a namespace, a routine in a namespace, or one of its shapes; what a row is not of is NULL. Rows of
 * namespaces have what was done in the namespace itself, so that a column adds up to the whole. */
#pragma once
#include "summary_model.h"

struct diff_side {
    bool present;
    wide flop_cost;
    uint64_t calls;
    uint64_t elapsed_ns;
    wide timed_flops;     /* what those nanoseconds cover */
    uint64_t error_calls; /* of a shape where not every one was kept: this one, listed or not, may have as many more, */
    wide error_flops;     /* and as many FLOPs */
};

struct diff_row {
    const char *name_space;
    const char *routine;
    const char *shape; /* as `flopshim cost` takes it, or diff_other_shapes */
    struct diff_side a, b;
};

/* What a routine has beyond its listed shapes. */
extern const char diff_other_shapes[];

enum diff_view { DIFF_ROUTINES, DIFF_NAMESPACES, DIFF_NAMESPACE_ROUTINES, DIFF_SHAPES, DIFF_VIEWS };
enum diff_status { DIFF_SAME, DIFF_CHANGED, DIFF_NEW, DIFF_GONE };
extern const char *const diff_status_names[];

/* The largest difference of FLOPs first, then of calls, then by name. */
struct diff_table {
    struct diff_row *rows;
    size_t count;
};

struct diff {
    const struct summary *a, *b; /* outlive the difference, as does what the names point to */
    struct diff_row total;
    struct diff_table views[DIFF_VIEWS]; /* DIFF_SHAPES has rows only where both have shapes */
};

/* 0, or -1 where memory ran out; nothing is to be freed then. */
int diff_make(const struct summary *a, const struct summary *b, struct diff *diff);
void diff_free(struct diff *diff);

enum diff_status diff_status(const struct diff_row *row);
/* Is a difference of this size, or none, no proof, as not every shape was kept? */
bool diff_is_uncertain(const struct diff_row *row);
/* |a - b| */
wide diff_distance(wide a, wide b);
/* Did it grow by more than `limit` millionths of what it was? Anything is more than any part of nothing. */
bool diff_grew_above(wide before, wide after, uint64_t limit);
