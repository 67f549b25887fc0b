/* The formats of a merge. */
#pragma once
#include "merge_sums.h"

struct merge_format {
    const char *name, *extension;
    void (*write)(const struct merge_sums *sums, struct merge_sink *sink); /* NULL: it is no stream of bytes, but a file */
};

/* NULL: there is none of that name. */
const struct merge_format *merge_format_named(const char *name);
/* The one whose extension the name has, or text where it has none; NULL: it has an extension of no format. */
const struct merge_format *merge_format_of(const char *output);
#define MERGE_FORMATS "text json csv html openmetrics sqlite"
#define MERGE_EXTENSIONS ".txt, .json, .csv, .html, .prom or .sqlite"
/* 0, or the exit status after a message. */
int merge_write(const struct merge_sums *sums, const struct merge_format *format, const char *output);
