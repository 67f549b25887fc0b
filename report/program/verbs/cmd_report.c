/* flopshim report: shows ledgers and JSON summaries, one behind the other, as text, JSON or CSV, or as an HTML
 * page; or tables of one thing alone, of all of them added up. */
#include "by.h"
#include "cmd.h"
#include "config_parse.h"
#include "html.h"
#include "ledger_node_read.h"
#include "left.h"
#include "load.h"
#include "options.h"
#include "path.h"
#include "progress.h"
#include "show.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct option_row rows[] = {
    {"left", 'l', NULL, NULL,
     "what dead processes have left in $FLOP_LEDGER_DIR, /dev/shm, $TMPDIR and /tmp, a line each and "
     "their summaries; json: a list. It stays where it is"},
    {"format", 'f', "FORMAT", "text json csv html trace calls",
     "text (default), json, csv or html; of a ledger with a log of calls (FLOP_DETAIL=calls) trace, for Perfetto, or calls, as "
     "csv. "
     "All but text take one FILE, html also two, to show the second and how it differs from the first"},
    {"output", 'o', "FILE", NULL,
     "write there instead of to stdout; without --format .json, .csv, .html, .trace.json and .calls.csv pick theirs"},
    {"by", 'b', "WHAT", BY_WORDS,
     "a table of that alone, of all FILEs added up, the most FLOPs first: namespace (what was done in itself), routine, "
     "process, "
     "caller, shape or precision. text, json or csv; may be repeated, but for csv"},
    OPTION_HELP,
};

struct options {
    const char *format;
    const char *output;
    bool left;
    struct by_report by; /* without a table: not asked for */
};

/* The format that the extension of --output names, for where --format is absent. */
static const char *format_of(const char *output)
{
    static const char *const formats[] = {"json", "csv", "html"};
    const char *dot = output ? strrchr(output, '.') : NULL;
    if (output && path_ends_with(output, ".trace.json"))
        return "trace";
    if (output && path_ends_with(output, ".calls.csv"))
        return "calls";
    for (size_t i = 0; dot && i < sizeof formats / sizeof *formats; i++)
        if (strcmp(dot + 1, formats[i]) == 0)
            return formats[i];
    return "text";
}

static int take(const struct option_row *row, const char *value, void *data)
{
    struct options *options = data;
    if (row->letter == 'l') {
        options->left = true;
        return 0;
    }
    if (row->letter == 'b') {
        by_ask(&options->by, value);
        return 0;
    }
    if (row->letter == 'o' && config_has_unknown_extension(value, strlen(value)) && strcmp(format_of(value), "html") != 0)
        return options_refuse("report", row, value, "a name that ends in .txt, .json, .csv or .html, or has no extension",
                              NULL);
    *(row->letter == 'f' ? &options->format : &options->output) = value;
    return 0;
}

static const struct option_table table = {
    .verb = "report",
    .head =
        "usage: flopshim report FILE... [--format text|json|csv|html|trace|calls] [-o FILE]\n"
        "       flopshim report --by WHAT FILE... [--format text|json|csv] [-o FILE]\n"
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
    if (options->by.table_count) {
        fputs("flopshim report: --left shows summaries as they are: it does not take --by\n", stderr);
        return STATUS_USAGE;
    }
    bool is_listed = strcmp(options->format, "text") == 0 || strcmp(options->format, "json") == 0;
    if (optind == argc && is_listed)
        return OPTIONS_GO_ON;
    if (optind < argc)
        fprintf(stderr, "flopshim report: --left looks for ledgers itself and takes no FILE, such as %s\n", argv[optind]);
    else
        fprintf(stderr, "flopshim report: --format %s: accepted with --left are text, json\n", options->format);
    return STATUS_USAGE;
}

static int check_by(const struct options *options)
{
    bool is_csv = strcmp(options->format, "csv") == 0;
    if (is_csv && options->by.table_count > 1) {
        fprintf(stderr, "flopshim report: --format csv is one table: it takes one --by, not %zu\n", options->by.table_count);
        return STATUS_USAGE;
    }
    if (is_csv || strcmp(options->format, "text") == 0 || strcmp(options->format, "json") == 0)
        return OPTIONS_GO_ON;
    fprintf(stderr, "flopshim report: --format %s: accepted with --by are text, json, csv\n", options->format);
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
    return options->by.table_count ? check_by(options) : OPTIONS_GO_ON;
}

static bool wants_calls(const char *format)
{
    return strcmp(format, "trace") == 0 || strcmp(format, "calls") == 0;
}

static int refuse_summary(const char *path)
{
    progress_clear();
    fprintf(stderr,
            "flopshim report: %s: a summary has no log of calls; accepted is a ledger. Of a program that ends, FLOP_OUTPUT "
            "names a file: NAME.trace.json or NAME.calls.csv\n",
            path);
    return STATUS_USAGE;
}

/* The last file is shown; one before it is what it is compared with. */
static int add_html(char **files, int count, struct out *out)
{
    struct loaded loaded[2];
    struct html_source sources[2] = {{0}};
    int good = 0;
    while (good < count && load_file(files[good], &loaded[good]) == 0) {
        sources[good] = (struct html_source){.summary = &loaded[good].summary, .path = files[good]};
        good++;
    }
    if (good == count)
        html_report(&sources[count - 1], count > 1 ? &sources[0] : NULL, out);
    for (int i = 0; i < good; i++)
        load_free(&loaded[i]);
    return good == count ? 0 : STATUS_USAGE;
}

/* The ledger of a node's ranks is as many files. */
struct files {
    char **names;
    int count, room;
    bool failed;
};

static void add_name(const char *path, void *data)
{
    struct files *files = data;
    if (files->count == files->room) {
        int room = 2 * files->room + 16;
        char **more = reallocarray(files->names, (size_t)room, sizeof *more);
        files->failed |= !more;
        if (!more)
            return;
        files->names = more;
        files->room = room;
    }
    files->names[files->count] = strdup(path);
    files->failed |= !files->names[files->count++];
}

static void files_free(struct files *files)
{
    for (int i = 0; i < files->count; i++)
        free(files->names[i]);
    free(files->names);
}

static int check_count(const struct options *options, const struct files *files, int given)
{
    bool is_html = strcmp(options->format, "html") == 0;
    if (options->by.table_count || strcmp(options->format, "text") == 0 || files->count <= (is_html ? 2 : 1))
        return 0;
    fprintf(stderr, "flopshim report: --format %s takes one FILE%s, not %d%s%s\n", options->format, is_html ? " or two" : "",
            files->count, files->count > given ? ": a node's ledger is one of each of its ranks, such as " : "",
            files->count > given ? files->names[0] : "");
    return STATUS_USAGE;
}

/* What is done with each file, once it is loaded: 0, or the exit status. */
typedef int file_action(const char *file, struct loaded *loaded, void *data);

/* The files that can be loaded; the last status that is not 0. */
static int each_file(char **files, int count, file_action *act, void *data)
{
    int status = 0;
    for (int i = 0; i < count; i++, progress_step()) {
        struct loaded loaded;
        int one = STATUS_USAGE;
        if (load_file(files[i], &loaded) == 0) {
            one = act(files[i], &loaded, data);
            load_free(&loaded);
        }
        status = one ? one : status;
    }
    return status;
}

struct shown {
    const char *format;
    bool named; /* there are several */
    struct out *out;
};

static int add_file(const char *file, struct loaded *loaded, void *data)
{
    struct shown *shown = data;
    if (wants_calls(shown->format) && !loaded->ledger.header)
        return refuse_summary(file);
    show_summary(file, loaded, shown->format, shown->named, shown->out);
    return 0;
}

static int add_files(char **files, int count, const char *format, struct out *out)
{
    return each_file(files, count, add_file, &(struct shown){format, count > 1, out});
}

static int add_to_tables(const char *file, struct loaded *loaded, void *by)
{
    return by_add(by, file, &loaded->summary) < 0 ? STATUS_USAGE : 0;
}

/* A sum that lacks a file is none: where one is bad, nothing is written. */
static int add_tables(char **files, int count, struct options *options, struct out *out)
{
    int status = each_file(files, count, add_to_tables, &options->by);
    progress_clear();
    if (options->by.repeated)
        fprintf(stderr, "flopshim report: %zu of the processes given had been given already: each counts once\n",
                options->by.repeated);
    out->failed = options->by.failed;
    if (!status && !out->failed)
        (strcmp(options->format, "json") == 0  ? by_json
         : strcmp(options->format, "csv") == 0 ? by_csv
                                               : by_text)(&options->by, out);
    return status;
}

static int add_all(char **files, int count, struct options *options, struct out *out)
{
    if (options->by.table_count)
        return add_tables(files, count, options, out);
    return strcmp(options->format, "html") == 0 ? add_html(files, count, out) : add_files(files, count, options->format, out);
}

int cmd_report(int argc, char **argv)
{
    struct options options;
    struct out out = {0};
    int status = parse(argc, argv, &options);
    if (status != OPTIONS_GO_ON)
        return status;
    if (options.left)
        return left_report(options.format, options.output);
    struct files files = {0};
    for (int i = optind; i < argc; i++)
        ledger_parts(argv[i], add_name, &files);
    out.failed = files.failed;
    status = check_count(&options, &files, argc - optind);
    progress_begin("report", (size_t)files.count);
    if (!status && !files.failed)
        status = add_all(files.names, files.count, &options, &out);
    progress_end();
    files_free(&files);
    if (out.length || out.failed) {
        int delivered = show_deliver("report", &out, options.output);
        status = delivered ? delivered : status;
    }
    out_free(&out);
    by_free(&options.by);
    return status;
}
