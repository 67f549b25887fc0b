/* Where summaries go: to every template of a list (templates.h). Safe where malloc and stdio are not. */
#pragma once
#include "summary_model.h"

#define OUTPUT_DEFAULT "flopshim.%e.%p.txt"

/* The name that a template stands for, of this summary's process. 0, or -1 with errno ENAMETOOLONG. */
int output_expand(const char *template, const struct summary *summary, char *path, size_t size);

/* Writes a document in the format that the file's name asks for; text for "". */
typedef void output_render(const char *path, void *data, struct out *out);

struct output_order {
    const char *templates;
    const char *folder;    /* where relative names start from; NULL: the present folder */
    const char *label;     /* as for summary_text */
    bool again;            /* what was written to the same path before is replaced; else no existing file ever is */
    output_render *render; /* writes something else than the summary, whose names it goes by; NULL: the summary */
    void *data;            /* of it */
    bool of_the_dead;      /* of a process that cannot write it: nothing is shown on stderr instead, nor remembered */
};

/* Write the summary to every template of the list: .json and .csv by extension, the log of calls as .trace.json and .calls.csv,
 * text for all others; "stderr": text there;
 * "none" or empty: nothing. What cannot be written is shown as text on stderr, after one line that says why.
 *
 * names: the files that were written, as a user would name them, with a comma and a blank between; "" where none was (size may
 * be 0). 0, or -1 where any failed. */
int output_write_all(const struct output_order *order, const struct summary *summary, char *names, size_t size);

/* The list of names for a process's own summary, in `apart` where it is another one: those of a rank of a job have its pid, so
 * that the job's place stays free; where the job's summary has all, tables and logs are left, of which that has none. */
const char *output_own(const struct summary *summary, const char *list, char *apart, size_t size);

/* Print the line on stderr that names a summary's files; `how`: what became of the process, from a comma on. */
void output_say(const struct summary *summary, const char *how, const char *names);

/* What this process has written: the hash of the path that was asked for, and the path that was used; NULL behind the last.
 * And: another process of its tree has written this. */
const char *output_kept(size_t index, uint64_t *asked);
void output_keep(uint64_t asked, const char *used);
void output_forget(void);

/* The names of a list that take a table of one process or its log: .csv, .trace.json, .calls.csv; or all others. -1: it does
 * not fit. */
int output_select(const char *list, bool of_one, char *selected, size_t size);
