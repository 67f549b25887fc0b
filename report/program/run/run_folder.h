/* The folder in which the ledgers of a run lie. */
#pragma once
#include <stddef.h>

/* Makes one of this process's own in $FLOP_LEDGER_DIR or, where that is not set, in the first of the usual places that takes
 * it. 0, or -1 with errno; *place is then what was tried. */
int run_folder_make(char *folder, size_t size, const char **place);
