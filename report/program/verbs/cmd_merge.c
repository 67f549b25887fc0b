/* flopshim merge: one summary of many processes or ranks. */
#include "cmd.h"
#include "kernel.h"
#include "c_numbers.h"
#include "merge_formats.h"
#include "merge_job.h"
#include "merge_read.h"
#include "options.h"
#include "progress.h"
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct option_row rows[] = {
    {"format", 'f', "FORMAT", MERGE_FORMATS,
     "text (default); json, which can be merged again; csv, a row a process, namespace and routine;\n"
     "html, a page; openmetrics, for monitors; sqlite, a database, which needs --output"},
    {"output", 'o', "FILE", NULL,
     "write there instead of to stdout; without --format .json, .csv, .html, .prom (openmetrics) and .sqlite pick theirs"},
    {"files-from", 'T', "LIST", NULL, "also merge the files that LIST names, one a line; - for stdin"},
    {"ranks", 'r', "NAME", NULL, "what the files are called, with %r for the rank: run.%r.json"},
    {"job", 'j', "NUMBER", NULL,
     "only ranks of this MPI job, by the number that its messages and summaries tell; its ledgers on this machine are\n"
     "found without being named, and its summaries by their FOLDER"},
    OPTION_HELP,
};

struct options {
    const char *format; /* NULL: by the output's name */
    const char *output;
    const char *list;
    const char *ranks;
    bool has_job;
    uint32_t job;
};

static bool take_job(const char *value, struct options *options)
{
    char *end;
    unsigned long long number = strtoull(value, &end, 10);
    options->has_job = *value >= '0' && *value <= '9' && !*end && number <= UINT32_MAX;
    options->job = (uint32_t)number;
    return options->has_job;
}

static int take(const struct option_row *row, const char *value, void *data)
{
    struct options *options = data;
    const char *mark = strstr(value, "%r");
    if (row->letter == 'o' && !merge_format_of(value))
        return options_refuse("merge", row, value, "a name that ends in " MERGE_EXTENSIONS ", or has no extension", NULL);
    if (row->letter == 'j')
        return take_job(value, options) ? 0 : options_refuse("merge", row, value, "a whole number from 0 to 2^32-1", NULL);
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
        "usage: flopshim merge [OPTIONS] FILE...\n"
        "       flopshim merge --job NUMBER [OPTIONS] [FILE|FOLDER...]\n\n"
        "Makes one summary of many processes or ranks: what they did together, how evenly, and what is missing. Each FILE is\n"
        "a JSON summary, a ledger or a merge. A process counts once, however often it is given, and neither the order of the\n"
        "files nor how they were merged before changes a byte.\n",
    .tail = "Exit status: 0; 2 where an option or a FILE is bad, or was counted otherwise than the others: nothing is written\n"
            "then; 125 where the output cannot be written.\n",
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
    .take = take,
};

static const struct merge_format *format_of(const struct options *options)
{
    return options->format ? merge_format_named(options->format) : merge_format_of(options->output);
}

/* Stdout, a pipe, a device. */
static bool is_stream(const char *output)
{
    struct stat status;
    return !output || strcmp(output, "-") == 0 || strcmp(output, "/dev/stdout") == 0 ||
           (kernel_stat(output, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode));
}

/* Reads the options. Returns OPTIONS_GO_ON, or the exit status to leave with. */
static int parse(int argc, char **argv, struct options *options)
{
    int status = options_read(&table, argc, argv, options);
    if (status != OPTIONS_GO_ON)
        return status;
    if (optind == argc && !options->list && !options->has_job) {
        fputs("flopshim merge: no FILE; see flopshim merge --help\n", stderr);
        return STATUS_USAGE;
    }
    if (!format_of(options)->write && is_stream(options->output)) {
        fputs("flopshim merge: --format sqlite: a database is no stream; it needs --output FILE\n", stderr);
        return STATUS_USAGE;
    }
    return OPTIONS_GO_ON;
}

static int read_one(struct members *members, const struct options *options, const char *path)
{
    struct stat status;
    if (options->has_job && kernel_stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return merge_read_folder(members, path, options->job) < 0 ? STATUS_USAGE : 0;
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
    if (options->has_job)
        members_keep_job(members, options->job);
    size_t repeated = members_settle(members);
    if (!members->count && options->has_job)
        fprintf(stderr, "flopshim merge: --job %u: no rank of that job is in a FILE or in a ledger on this machine\n",
                options->job);
    else if (!members->count)
        fputs("flopshim merge: no process to merge\n", stderr);
    if (!members->count)
        return STATUS_USAGE;
    if (repeated)
        fprintf(stderr, "flopshim merge: %zu of the processes given had been given already: each counts once\n", repeated);
    if (merge_sum(members, &sums) < 0) {
        fputs("flopshim merge: out of memory\n", stderr);
        return STATUS_FAILED;
    }
    int status = merge_write(&sums, format_of(options), options->output);
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
    if (!status && options.has_job)
        status = merge_read_job(&members, options.job) < 0 ? STATUS_USAGE : 0;
    status = status ? status : merge(&members, &options);
    members_free(&members);
    return status;
}
