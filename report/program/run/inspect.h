/* A look at a program before it is started: by `flopshim run`, and by `flopshim doctor`. */
#pragma once
#include "target.h"
#include <stdbool.h>

struct inspected {
    char file[TARGET_PATH_BYTES];
    enum target target;
    bool has_blas; /* of its own, linked statically; looked for only where the preload reaches it */
    char blas[64]; /* a function of that */
};

/* Finds the program through PATH and looks at its file. False: it was not found. */
bool inspect_look(const char *argv0, struct inspected *found);

/* Says in one line on stderr why nothing, or not everything, of what argv0 does will be counted. 0: run it; else the
 * status to leave with, because a budget is set (FLOP_BUDGET) that could not be enforced. *without_preload: it would not
 * even start with the library preloaded. */
int inspect_program(const char *argv0, bool *without_preload);
