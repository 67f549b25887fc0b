/* Reading the shapes of an operation from a JSON summary. */
#pragma once
#include "field.h"

/* "shapes" and "other_shapes", "callers" and "other_callers" of an operation whose other fields are read; where: its path, with
 * a dot at its end. */
void json_read_shapes(struct field_reader *r, const char *where, const json_t *object, struct summary_operation *operation);
