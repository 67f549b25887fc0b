/* FLOP_OUTPUT's comma-separated list of templates, and the file names that they stand for. Safe where malloc and stdio are not.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEMPLATE_BYTES 1024 /* longer templates and names are left out */

/* Copy the next template of *list to item and move *list behind it. false at the end; a template that does not fit is
 * skipped. Blanks around a template are dropped. */
bool templates_next(const char **list, char *item, size_t size);

bool templates_are_none(const char *list);

/* What the fields stand for, of the process whose summary it is. */
struct template_values {
    uint64_t start_realtime_ns;
    const char *host;
    const char *program;
    uint32_t pid;
};

/* Expand %p pid, %h host, %e program, %r MPI rank, %j job id, %t start time (YYYYmmddTHHMMSS in UTC), %%; other letters
 * stay as they are. What is put in never adds a folder: slashes become _. 0, or -1 with errno ENAMETOOLONG. */
int template_expand(const char *template, const struct template_values *values, char *path, size_t size);

/* The list with `folder`, an absolute path, put before relative names. -1 where that does not fit, or cannot be said. */
int templates_anchor(const char *list, const char *folder, char *anchored, size_t size);
/* The list with the pid put into each name that does not have it, so that it is nobody else's. -1: it does not fit. */
int templates_set_apart(const char *list, char *apart, size_t size);
/* The list with those fields replaced that the environment tells, for whoever writes the summary in another one. -1: it does
 * not fit. */
int templates_settle(const char *list, char *settled, size_t size);
