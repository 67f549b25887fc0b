/* Rows of namespaces: those above others, and totals. Called by what builds a summary (summary.c, json_counts.c). No malloc. */
#pragma once
#include "summary_model.h"

/* Room for rows of namespaces above others. */
struct namespaces_room {
    size_t most; /* bytes that may still be set aside */
    size_t rows;
    size_t name_bytes;
};

/* Set room aside for all namespaces that lie above this one, as far as `most` lasts. */
void namespaces_measure(const char *name, struct namespaces_room *room);

/* Add a row behind those of the summary for each namespace that lies above one of them and has none. */
void namespaces_add_above(struct summary *summary, struct namespaces_room *room);

/* Add up each namespace's total from what was done in it and in those below it, and sort by the first use of either. */
void namespaces_add_up(struct summary *summary);
/* What their calls took inside the shim, once the root's record was read. */
void namespaces_add_time(struct summary *summary);
