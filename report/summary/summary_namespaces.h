/* Rows of namespaces: those above others, and totals. For who builds a summary (summary.c, json_read.c). No malloc. */
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

/* From what was done in each namespace itself, its total; in order of first use in it or below it. */
void namespaces_add_up(struct summary *summary);
