/* What `flopshim report --by` shows: tables of one thing alone, such as the routines, of one or several files added up.
 *
 * A row is known by its name and, where names do not tell rows apart, its detail: a shape's dimensions, a process's pid. What a
 * summary has in no row of its own (shapes that were not kept) is one more row, so that each table adds up to the whole. */
#pragma once
#include "summary_model.h"

enum by_kind { BY_NAMESPACE, BY_ROUTINE, BY_PROCESS, BY_CALLER, BY_SHAPE, BY_PRECISION, BY_KINDS };

/* The values of --by, in the order of the kinds. */
#define BY_WORDS "namespace routine process caller shape precision"

struct by_row {
    char *name;
    char *detail; /* "" where there is none; NULL: it is what has no row of its own */
    wide flop_cost;
    wide calls;
};

struct by_table {
    enum by_kind kind;
    void *tree; /* of the rows, by name and detail */
    struct by_row **rows;
    size_t count;
    size_t room;
};

struct by_report {
    struct by_table tables[BY_KINDS]; /* as they were asked for, */
    size_t table_count;
    void *processes; /* a tree of those that were added */
    size_t files;    /* so many of them */
    size_t repeated; /* were given more than once */
    bool complete;
    bool failed; /* memory ran out */
    wide flops_used;
    wide calls;
    char *cost_model, *convention, *multiplier, *weights; /* of all files; NULL: there is none yet */
};

/* What the columns of a row are called; the second is NULL where rows have no detail. */
struct by_columns {
    const char *name;
    const char *detail;
    const char *rest; /* the row without a detail, in text and CSV */
};
extern const struct by_columns by_columns[BY_KINDS];

/* One of BY_WORDS; a second time changes nothing. */
void by_ask(struct by_report *report, const char *word);
/* 0, or -1 after a message that names the file: it was counted otherwise than those before it, is another state of a process
 * that was added, or did not record what is asked for. A process that was added already counts once. */
int by_add(struct by_report *report, const char *path, const struct summary *summary);
/* The row of that name and detail, made where there is none. */
void by_count(struct by_report *report, struct by_table *table, const char *name, const char *detail, wide flop_cost,
              uint64_t calls);
/* The rows of a summary are added to a table (by_rows.c). */
void by_add_rows(struct by_report *report, struct by_table *table, const struct summary *summary);
/* Sorts the rows, those with the most FLOPs first, and writes them. CSV: the first table alone. */
void by_text(struct by_report *report, struct out *out);
void by_csv(struct by_report *report, struct out *out);
void by_json(struct by_report *report, struct out *out);
void by_free(struct by_report *report);
