/* The part of a summary that is in the ledger's header: process, end, refusals, by what it was counted. */
#pragma once
#include "summary.h"

/* filter: as summary_from_ledger's namespace. */
void summary_read_header(const struct ledger_view *view, const char *filter, struct summary *summary);
