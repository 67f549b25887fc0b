/* Loading what a user names on the command line: a ledger or a JSON summary, told apart by their content. */
#pragma once
#include "ledger.h"
#include "ledger_read.h"
#include "summary_model.h"

struct loaded {
    struct summary summary;
    struct ledger_view ledger; /* header is NULL where it was a JSON summary */
};

/* 0, or -1 after a message on stderr that names the file and what is wrong with it. */
int load_file(const char *path, struct loaded *loaded);
void load_free(struct loaded *loaded);
