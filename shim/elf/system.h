/* Objects that every process of some kind has and that have no BLAS inside and call none: nobody need look at them. */
#pragma once
#include "objects.h"
#include <stdbool.h>

/* `path`: where its file lies, of the program too. */
bool system_has_object(const struct object *o, const char *path);
