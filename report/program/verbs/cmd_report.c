/* flopshim report: shows ledgers and JSON summaries, one behind the other, as text, JSON or CSV. */
#include "cmd.h"
#include "config_parse.h"
#include "left.h"
#include "load.h"
#include "options.h"
#include "show.h"
#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const struct option_row rows[] = {
    {"left", 'l', NULL, NULL,
     "what dead processes have left in $FLOP_LEDGER_DIR, /dev/shm, $TMPDIR and /tmp, a line each and "
     "their summaries; json: a list. It stays where it is"},
    {"format", 'f', "FORMAT", "text json csv trace calls",
     "text (default), json or csv; of a ledger with a log of calls (FLOP_DETAIL=calls) trace, for Perfetto, or calls, as csv. "
     "All but text take one FILE"},
    {"output", 'o', "FILE", NULL,
     "write there instead of to stdout; without --format .json, .csv, .trace.json and .calls.csv pick theirs"},
    OPTION_HELP,
};

struct options {
    const char *format;
    const char *output;
    bool left;
};

static int take(const struct option_row *row, const char *value, void *data)
{
    struct options *options = data;
    if (row->letter == 'l') {
        options->left = true;
        return 0;
    }
    if (row->letter == 'o' && config_has_unknown_extension(value, strlen(value)))
        return options_refuse("report", row, value, "a name that ends in .txt, .json or .csv, or has no extension", NULL);
    *(row->letter == 'f' ? &options->format : &options->output) = value;
    return 0;
}

static bool ends_with(const char *name, const char *extension)
{
    size_t length = strlen(name), wanted = strlen(extension);
    return length >= wanted && strcmp(name + length - wanted, extension) == 0;
}

/* The format that the extension of --output names, for where --format is absent. */
static const char *format_of(const char *output)
{
    const char *dot = output ? strrchr(output, '.') : NULL;
    if (output && ends_with(output, ".trace.json"))
        return "trace";
    if (output && ends_with(output, ".calls.csv"))
        return "calls";
    return dot && strcmp(dot, ".json") == 0 ? "json" : dot && strcmp(dot, ".csv") == 0 ? "csv" : "text";
}

static const struct option_table table = {
    .verb = "report",
    .head =
        "usage: flopshim report FILE... [--format text|json|csv|trace|calls] [-o FILE]\n"
        "       flopshim report --left [--format text|json] [-o FILE]\n\n"
        "Shows what was counted. Each FILE is a JSON summary or a ledger, told apart by their content; a ledger may be of a\n"
        "process that was killed or still runs.\n",
    .tail = "Exit status: 0; 2 where an option or a FILE is bad; 125 where the output cannot be written.\n",
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
    .take = take,
};

static int check_left(int argc, char **argv, const struct options *options)
{
    bool is_listed = strcmp(options->format, "text") == 0 || strcmp(options->format, "json") == 0;
    if (optind == argc && is_listed)
        return OPTIONS_GO_ON;
    if (optind < argc)
        fprintf(stderr, "flopshim report: --left looks for ledgers itself and takes no FILE, such as %s\n", argv[optind]);
    else
        fprintf(stderr, "flopshim report: --format %s: accepted with --left are text, json\n", options->format);
    return STATUS_USAGE;
}

/* Reads the options. Returns OPTIONS_GO_ON, or the exit status to leave with. */
static int parse(int argc, char **argv, struct options *options)
{
    *options = (struct options){0};
    int status = options_read(&table, argc, argv, options);
    if (status != OPTIONS_GO_ON)
        return status;
    if (!options->format)
        options->format = format_of(options->output);
    if (options->left)
        return check_left(argc, argv, options);
    if (optind == argc) {
        fputs("flopshim report: no FILE; see flopshim report --help\n", stderr);
        return STATUS_USAGE;
    }
    if (strcmp(options->format, "text") != 0 && argc - optind > 1) {
        fprintf(stderr, "flopshim report: --format %s takes one FILE, not %d\n", options->format, argc - optind);
        return STATUS_USAGE;
    }
    return OPTIONS_GO_ON;
}

static bool wants_calls(const struct options *options)
{
    return strcmp(options->format, "trace") == 0 || strcmp(options->format, "calls") == 0;
}

static int refuse_summary(const char *path)
{
    fprintf(stderr,
            "flopshim report: %s: a summary has no log of calls; accepted is a ledger. Of a program that ends, FLOP_OUTPUT "
            "names a file: NAME.trace.json or NAME.calls.csv\n",
            path);
    return STATUS_USAGE;
}

int cmd_report(int argc, char **argv)
{
    struct options options;
    struct out out = {0};
    int status = parse(argc, argv, &options);
    if (status != OPTIONS_GO_ON)
        return status;
    status = 0;
    if (options.left)
        return left_report(options.format, options.output);
    bool many = argc - optind > 1;
    for (int i = optind; i < argc; i++) {
        struct loaded loaded;
        if (load_file(argv[i], &loaded) < 0) {
            status = STATUS_USAGE;
            continue;
        }
        if (wants_calls(&options) && !loaded.ledger.header)
            status = refuse_summary(argv[i]);
        else
            show_summary(argv[i], &loaded, options.format, many, &out);
        load_free(&loaded);
    }
    if (out.length || out.failed) {
        int delivered = show_deliver(&out, options.output);
        status = delivered ? delivered : status;
    }
    out_free(&out);
    return status;
}
