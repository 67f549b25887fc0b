/* The shapes, or callers, that a ledger has of its tallies (FLOP_DETAIL), as histograms of operations. Called by summary.c and
 * json_counts.c. No malloc. */
#pragma once
#include "ledger_read.h"
#include "summary_model.h"

struct shape_reading;

/* All shapes of a ledger, by tally; in scratch memory of shapes_scratch() bytes. */
struct shapes {
    const struct ledger_view *view;
    struct shape_reading *readings;
    size_t count;
    enum ledger_kind kind; /* LEDGER_SHAPES or LEDGER_CALLERS */
    bool recorded;         /* the calls' were */
    bool doubtful;
    char *text;                     /* of the summary's memory: what is left for texts, */
    struct summary_caller *callers; /* for callers, */
    struct summary_shape *rows;     /* and for rows */
};

size_t shapes_scratch(size_t records);
void shapes_collect(struct shapes *shapes, const struct ledger_view *view, enum ledger_kind kind, void *scratch,
                    size_t records);

/* How much of the summary's memory the lists need, those of namespaces and those over all namespaces; and take it. */
size_t shapes_arena(const struct shapes *shapes);
void shapes_reserve(struct shapes *shapes, struct summary *summary);

/* Add the shapes of a tally to a histogram, or those of another histogram. Nothing is added to another one before
 * shapes_settle(): lists lie one behind the other. */
void shapes_add_tally(struct shapes *shapes, const struct ledger_tally *tally, const struct ledger_counts *counts,
                      struct summary_histogram *to);
void shapes_add(struct shapes *shapes, const struct summary_histogram *from, struct summary_histogram *to);
/* One row a shape, those with the most FLOPs first. */
void shapes_settle(struct shapes *shapes, struct summary_histogram *histogram);

/* The text of a shape, by its names as a ledger has them; returns its length without the end. to: NULL, or room for that. */
size_t shapes_text(const char *names, const int64_t *values, char *to);

/* The order of callers by what they are; 0: the same. */
int callers_compare(const struct summary_caller *a, const struct summary_caller *b);
