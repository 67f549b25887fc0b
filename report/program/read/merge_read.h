/* Reading what is to be merged: ledgers, JSON summaries and merges, told apart by their content. */
#pragma once
#include "members.h"

/* Adds what the file holds. rank: of a summary or ledger, or MEMBER_NO_RANK. 0, or -1 after a message on stderr that names the
 * file and what is wrong with it. */
int merge_read(struct members *members, const char *path, int64_t rank);

/* Is the file the JSON of a merge? */
bool merge_is(const char *path);

/* The number in place of %r in `template`, which the file's name without its folder has to be; MEMBER_NO_RANK: it is not. */
int64_t merge_rank_of(const char *path, const char *template);
