/* The part of a JSON summary that says what was counted; only json_read.c uses it. */
#pragma once
#include "field.h"

/* Read operations, nested calls, namespaces, and the totals over them. schema: the file's version. */
void json_read_counts(struct field_reader *r, const json_t *root, uint64_t schema);
