/* What could not be seen, as lines of text: reasons and paths, a newline between them, each once. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#define UNCOVERED_BYTES 3900 /* fits a string of the ledger */

struct uncovered {
    size_t length;
    char text[UNCOVERED_BYTES];
};

/* Add a line, made of pieces up to a NULL. Control characters become '?'. Where it does not fit, "and more" is the last one. */
void uncovered_add(struct uncovered *list, const char *first, ...) __attribute__((sentinel));

/* Add all lines of another list. */
void uncovered_merge(struct uncovered *list, const struct uncovered *more);
