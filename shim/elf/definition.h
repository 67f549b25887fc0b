/* How the loader looks a reference up: by name and version, with functions that only a resolver of their own knows. No dlsym,
 * no lock. */
#pragma once
#include "objects.h"
#include <stdbool.h>
#include <stddef.h>

/* The version of a symbol that a reference names; name NULL: none. hidden: what has no version is not meant. */
struct version {
    const char *name;
    bool hidden;
};

/* The version of the object's own reference to this undefined symbol. False: it has references to more than one. */
bool definition_wanted(const struct object *o, const char *name, struct version *version);

/* What the loader would bind that reference to in this object; NULL: nothing. *chosen: it is an IFUNC's resolver, a function
 * that returns the address. */
void *definition_in(const struct object *o, const char *name, const struct version *version, bool *chosen);
