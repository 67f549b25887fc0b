/* What was meant by a name that is not known: one measure for variables, options, verbs, values and routines. Pure. */
#pragma once
#include <stddef.h>

/* How many letters are wrong, missing, added or swapped with their neighbour between two short names. */
int spelling_distance(const char *a, const char *b);

/* The one of `known` that `name` looks like misspelt: at most two letters wrong (one of a name of up to three letters). NULL
 * where there is none, or where name is one of them. */
const char *spelling_nearest(const char *name, const char *const *known, size_t count);

/* The distance up to which a name passes for misspelt. */
int spelling_tolerance(const char *name);
