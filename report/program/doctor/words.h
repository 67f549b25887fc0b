/* A list of names, each once, in the order in which they came: it may grow while it is gone through. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct words {
    char **list;
    size_t count;
    bool failed; /* memory ran out: what was added since is lost */
};

/* A copy of `length` bytes. */
void words_add(struct words *words, const char *text, size_t length);
void words_free(struct words *words);
