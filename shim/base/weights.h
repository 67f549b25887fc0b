/* FLOP_WEIGHTS: what each FLOP of a routine counts, by the routine, its family or its precision. A file of lines "NAME FACTOR",
 * # before a remark, or a name of a table that is ready. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WEIGHTS_LABEL_BYTES 64
#define WEIGHTS_MOST_BYTES ((size_t)65536) /* of a file */

/* Is it the name of a ready table, or may it be a file's (it has a slash or a dot)? */
bool weights_are_known(const char *given);
/* Read the table. False: what is wrong is in `error`, "line 3: ..." of a file. At start, once. */
bool weights_load(const char *given, char *error, size_t size);
bool weights_are_set(void);
/* Of a routine by its id, which must be one's. */
double weights_of(uint32_t routine);
/* "dp-scaled", or the file's name, and a digest of what it holds; "": no weights. */
const char *weights_label(void);
