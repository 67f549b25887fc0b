/* The tables of `flopshim top`: a row a routine, namespace, process or thread, with what it counted and how fast it counts now.
 */
#pragma once
#include "wide.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum top_tab { TOP_ROUTINES, TOP_NAMESPACES, TOP_PROCESSES, TOP_THREADS, TOP_TABS };
extern const char *const top_tab_names[TOP_TABS]; /* "routines" */

enum top_sort { TOP_BY_FLOPS, TOP_BY_RATE, TOP_BY_CALLS, TOP_BY_TIME, TOP_BY_NAME, TOP_BY_PID, TOP_SORTS };
extern const char *const top_sort_names[TOP_SORTS]; /* "flops" */

struct top_row {
    char name[256];                                      /* routine, namespace, or program */
    uint32_t pid, ppid, tid, slot, exec_number, threads; /* of processes and threads; 0 where they have none */
    uint64_t start_ticks;                                /* of the process, 0: not known */
    bool running;
    wide flops;
    uint64_t calls;
    wide below_flops;        /* of a namespace, with what is dotted below it, */
    uint64_t below_calls;    /* and likewise */
    uint64_t elapsed_ns;     /* of the calls that were timed */
    double flops_per_second; /* since the look before */
    double below_per_second;
    unsigned depth; /* in a tree, set by top_rows_order */
};

struct top_rows {
    struct top_row *list;
    size_t count, capacity;
    bool failed; /* memory ran out */
};

/* A new row, zeroed; NULL: no memory. */
struct top_row *top_rows_add(struct top_rows *rows);
/* Add copies of the rows of another table. */
void top_rows_append(struct top_rows *rows, const struct top_rows *more);
/* Join rows of the same name, process, image and slot, adding up what they counted; rows are then sorted by those. */
void top_rows_join(struct top_rows *rows);
/* Set the rates from an earlier table, both joined, so many seconds before. */
void top_rows_rate(struct top_rows *rows, const struct top_rows *before, double seconds);
void top_rows_free(struct top_rows *rows);

struct top_order {
    enum top_sort sort;
    bool inverted;
    bool tree;
    const char *filter; /* only rows that have it in their name, or whose pid or tid it is; "": all */
};

/* Leave out and put in order. A tree is of processes by their parents, and of namespaces by their dots. */
void top_rows_order(struct top_rows *rows, enum top_tab tab, const struct top_order *order);

/* Does the row have the text in its name (in any case), or as its pid or tid? */
bool top_row_has(const struct top_row *row, const char *text);
