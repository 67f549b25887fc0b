/* What the loader would load for a file, as the loader itself says it (what ldd asks it): nothing of the file is run. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct loader_answer {
    bool asked;         /* false: no loader could be asked, and nothing is known */
    char *text;         /* the lines of it; the strings below lie in it */
    const char **paths; /* what it would load, but for the file itself and the kernel's own object */
    size_t path_count;
    const char **missing; /* what it does not find */
    size_t missing_count;
    const char *refused; /* why it would not preload `preload`, or NULL */
    const char *error;   /* why it would not start the file at all, or NULL */
};

/* `loader`: the one that the file names; "" where it names none. `preload`: NULL: nothing. */
void loader_ask(const char *loader, const char *file, const char *preload, struct loader_answer *answer);
void loader_free(struct loader_answer *answer);
