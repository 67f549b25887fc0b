/* FLOP_WEIGHTS, and the weights of contexts: what each FLOP of a routine counts, by the routine, its family or its precision. A
 * file of lines "NAME FACTOR", # before a remark, or a name of a table that is ready. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WEIGHTS_LABEL_BYTES 64
#define WEIGHTS_SETS 256                   /* of contexts */
#define WEIGHTS_MOST_BYTES ((size_t)65536) /* of a file */

/* Is it the name of a ready table, or may it be a file's (it has a slash or a dot)? */
bool weights_are_known(const char *given);
/* Read the table. False: what is wrong is in `error`, "line 3: ..." of a file. At start, once. */
bool weights_load(const char *given, char *error, size_t size);
/* What FLOP_WEIGHTS says: by index in cost_routines, then by precision; NULL: nothing. */
const double *weights_of_process(void);
/* A set of weights for contexts, from lines as a file has them, or by the name of a ready table: its number from 1 on, the same
 * for the same text, which stays good as long as the process. 0: what is wrong is in `error`. Under shim_lock. */
uint32_t weights_add(const char *given, char *error, size_t size);
/* Of such a number; NULL: there is none such. */
const double *weights_set(uint32_t number);
/* Of a routine by its id, which must be one's. */
double weights_of(const double *weights, uint32_t routine);
/* Of work in a precision (enum cost_precision) that is no routine's. */
double weights_of_precision(const double *weights, unsigned precision);
/* "dp-scaled", or the file's name, and a digest of what it holds; "": no weights. */
const char *weights_label(void);
