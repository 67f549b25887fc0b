/* The table of engines (engine_rows.c): how each is known, and what is said of it. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* A kind of engine, and how it is known: by its file, else by a function that it exports. In patterns `*` stands for any
 * characters. */
struct engine {
    const char *file;     /* pattern of its base name, or NULL */
    const char *exports;  /* the function, where there is no such pattern */
    const char *without;  /* not where it needs this library, which then is the engine */
    const char *driver;   /* not without this one: nothing would run on a GPU */
    const char *calls[2]; /* functions by which others use it: not before one was called. Without any, not of a library that
                             is nothing but a BLAS */
    bool before_shim;     /* not where it was loaded after the shim */
    const char *does;     /* "multiplies matrices of its own (oneDNN)" */
    const char *lacks;    /* what is not counted, and what can be done about it */
};

extern const struct engine engines[];
extern const size_t engine_count;

/* Is this text, a name, what the pattern stands for? */
bool engine_matches(const char *text, const char *pattern);
