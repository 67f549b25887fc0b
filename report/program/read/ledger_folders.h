/* The folders where ledgers may lie: $FLOP_LEDGER_DIR, /dev/shm, $TMPDIR and /tmp, each once, and those of runs in them. */
#pragma once
#include "sweep_name.h"
#include <sys/stat.h>

struct ledger_search {
    bool (*enters)(const char *run_folder);                                /* by its name: of a run that is looked into? */
    bool (*takes)(const struct sweep_name *name, const struct stat *file); /* of a regular file that is called as ledgers are */
    void (*visit)(const char *path, void *data);
    void *data;
};

void ledger_folders_search(const struct ledger_search *search);
/* One folder, and those of runs in it. */
void ledger_folders_search_in(const char *folder, const struct ledger_search *search);
