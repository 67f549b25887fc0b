/* Where summaries go: FLOP_OUTPUT's comma-separated list of templates. Safe where malloc and stdio are not. */
#pragma once
#include "summary.h"

#define OUTPUT_DEFAULT "flopshim.%e.%p.txt"

/* Copy the next template of *list to item and move *list behind it. false at the end; a template that does not fit is
 * skipped. Blanks around a template are dropped. */
bool output_next(const char **list, char *item, size_t size);

/* Expand %p pid, %h host, %e program, %r MPI rank, %j job id, %t start time (YYYYmmddTHHMMSS in UTC), %%; other letters
 * stay as they are. What is put in never adds a folder: slashes become _. 0, or -1 with errno ENAMETOOLONG. */
int output_expand(const char *template, const struct summary *summary, char *path, size_t size);

/* Write the summary to every template of the list: .json and .csv by extension, text for all others; "stderr": text there;
 * "none" or empty: nothing. What cannot be written is shown as text on stderr, after one line that says why.
 *
 * label: as for summary_text. again: what this process wrote to the same path before is replaced; else an existing file is
 * never overwritten. first_path: the first file written, "" where none was (may be NULL). 0, or -1 where any failed. */
int output_write_all(const char *templates, const struct summary *summary, const char *label, bool again, char *first_path,
                     size_t size);

/* The list with `folder`, an absolute path, put before relative names. -1 where that does not fit, or cannot be said. */
int output_anchor(const char *list, const char *folder, char *anchored, size_t size);

/* What this process has written: the hash of the path that was asked for, and the path that was used; NULL behind the last.
 * And: another process of its tree has written this. */
const char *output_kept(size_t index, uint64_t *asked);
void output_keep(uint64_t asked, const char *used);
void output_forget(void);
