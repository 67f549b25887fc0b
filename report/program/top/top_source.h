/* Reading one ledger into the tables of its source. */
#pragma once
#include "top_look.h"

/* False: it could not be read; the source is as it was. *why: what is wrong, a text that stays. */
bool top_source_read(struct top_source *source, const char **why);
void top_source_free(struct top_source *source);
