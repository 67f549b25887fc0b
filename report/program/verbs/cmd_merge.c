/* flopshim merge: one summary of many processes or ranks. */
#include "cmd.h"
#include "merge_read.h"
#include "merge_sums.h"
#include "options.h"
#include "progress.h"
#include "show.h"
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct option_row rows[] = {
    {"format", 'f', "FORMAT", "text json", "text (default) or json, which can be merged again"},
    {"output", 'o', "FILE", NULL, "write there instead of to stdout; without --format .json picks json"},
    {"files-from", 'T', "LIST", NULL, "also merge the files that LIST names, one a line; - for stdin"},
    {"ranks", 'r', "NAME", NULL, "what the files are called, with %r for the rank: run.%r.json"},
    OPTION_HELP,
};

struct options {
    const char *format;
    const char *output;
    const char *list;
    const char *ranks;
};

static int take(const struct option_row *row, const char *value, void *data)
{
    struct options *options = data;
    const char *mark = strstr(value, "%r");
    if (row->letter == 'o' && options_check_output("merge", row, value))
        return STATUS_USAGE;
    if (row->letter == 'r' && (!mark || strstr(mark + 2, "%r") || strchr(value, '/')))
        return options_refuse("merge", row, value, "a name without a folder that has %r once, such as run.%r.json", NULL);
    *(row->letter == 'f'   ? &options->format
      : row->letter == 'o' ? &options->output
      : row->letter == 'T' ? &options->list
                           : &options->ranks) = value;
    return 0;
}

static const struct option_table table = {
    .verb = "merge",
    .head =
        "usage: flopshim merge [OPTIONS] FILE...\n\n"
        "Makes one summary of many processes or ranks: what they did together, how evenly, and what is missing. Each FILE is\n"
        "a JSON summary, a ledger or a merge. A process counts once, however often it is given, and neither the order of the\n"
        "files nor how they were merged before changes a byte.\n",
    .tail = "Exit status: 0; 2 where an option or a FILE is bad, or was counted otherwise than the others: nothing is written\n"
            "then; 125 where the output cannot be written.\n",
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
    .take = take,
};

/* Reads the options. Returns OPTIONS_GO_ON, or the exit status to leave with. */
static int parse(int argc, char **argv, struct options *options)
{
    int status = options_read(&table, argc, argv, options);
    if (status != OPTIONS_GO_ON)
        return status;
    if (optind == argc && !options->list) {
        fputs("flopshim merge: no FILE; see flopshim merge --help\n", stderr);
        return STATUS_USAGE;
    }
    options->format = options_format(options->format, options->output);
    return OPTIONS_GO_ON;
}

static int read_one(struct members *members, const struct options *options, const char *path)
{
    return merge_read(members, path, options->ranks ? merge_rank_of(path, options->ranks) : MEMBER_NO_RANK) < 0 ? STATUS_USAGE
                                                                                                                : 0;
}

/* All bad files are named, not only the first. */
static int read_list(struct members *members, const struct options *options)
{
    bool is_stdin = strcmp(options->list, "-") == 0;
    FILE *list = is_stdin ? stdin : fopen(options->list, "re");
    char *line = NULL;
    size_t room = 0;
    int status = 0;
    for (ssize_t length; list && (length = getline(&line, &room, list)) > 0;) {
        line[length - (line[length - 1] == '\n')] = 0;
        if (*line)
            status |= read_one(members, options, line);
    }
    if (!list || ferror(list)) {
        char shown[OPTIONS_SHOWN_BYTES];
        fprintf(stderr, "flopshim merge: --files-from %s: %s\n", options_shown(options->list, shown), strerror(errno));
        status = STATUS_USAGE;
    }
    free(line);
    if (list && !is_stdin)
        fclose(list);
    return status;
}

static int merge(struct members *members, const struct options *options)
{
    struct merge_sums sums;
    struct out out = {0};
    size_t repeated = members_settle(members);
    if (!members->count) {
        fputs("flopshim merge: no process to merge: the list is empty\n", stderr);
        return STATUS_USAGE;
    }
    if (repeated)
        fprintf(stderr, "flopshim merge: %zu of the processes given had been given already: each counts once\n", repeated);
    if (merge_sum(members, &sums) < 0) {
        fputs("flopshim merge: out of memory\n", stderr);
        return STATUS_FAILED;
    }
    (strcmp(options->format, "json") == 0 ? merge_json : merge_text)(&sums, &out);
    int status = show_deliver("merge", &out, options->output);
    out_free(&out);
    merge_sums_free(&sums);
    return status;
}

int cmd_merge(int argc, char **argv)
{
    struct options options = {0};
    struct members members = {0};
    int status = parse(argc, argv, &options);
    if (status != OPTIONS_GO_ON)
        return status;
    status = 0;
    progress_begin("merge", (size_t)(argc - optind));
    for (int i = optind; i < argc; i++) {
        status |= read_one(&members, &options, argv[i]);
        progress_step();
    }
    progress_end();
    if (options.list)
        status |= read_list(&members, &options);
    status = status ? status : merge(&members, &options);
    members_free(&members);
    return status;
}
