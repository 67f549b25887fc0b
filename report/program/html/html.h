/* The HTML report: one self-contained file that needs no network, of report/html/'s page, style and scripts. */
#pragma once
#include "summary_model.h"

/* What a report is of. */
struct html_source {
    struct summary *summary; /* where it has more shapes than fit, it has fewer behind this */
    const char *path;
    bool is_merge; /* its processes are the members of a merge, in order of their ranks */
};

/* Append the report of `shown`; with `before` (NULL: none) also what changed since then. The file stays below 2 MB: what has to
 * be added up for that is named in it. */
void html_report(const struct html_source *shown, const struct html_source *before, struct out *out);
