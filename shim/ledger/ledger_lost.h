/* Whether the file behind the ledger's mapping still has its name. */
#pragma once
#include <stdbool.h>

/* Does the file mapped at this address have another name than `path`, or none? Under shim_lock. */
bool ledger_mapping_is_orphaned(const void *mapping, const char *path);
