/* The ledgers that a run leaves: of processes that were killed before they could write their summary, or that still live. */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

struct ended_child {
    pid_t pid;
    int signal; /* 0: it was not killed by one */
    int status; /* that it exited with else */
};

struct ledger_view;

/* Has a file of this name the ending of a ledger? */
bool leftover_is_ledger_name(const char *name);

/* Write the summary of a ledger that somebody tampered with, as a copy shows it: incomplete, and with the findings (one a
 * line) under what is not covered. What its processes wrote of it before is replaced. */
void leftover_write(const struct ledger_view *view, const char *findings, const char *templates,
                    const struct ended_child *child, bool quiet);

/* Write the summary of every dead process's ledger in the folder to the outputs of `templates` and remove the ledger; say
 * on stderr where each went, unless quiet. Ledgers of living processes stay and are named. Returns how many files stay. */
int leftover_report(const char *folder, const char *templates, const struct ended_child *child, bool quiet);
