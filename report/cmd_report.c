/* flopshim report: shows ledgers and JSON summaries, one behind the other, as text, JSON or CSV. */
#include "cmd.h"
#include "load.h"
#include "options.h"
#include "shim/config_parse.h"
#include "text_rows.h"
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct option_row rows[] = {
    {"format", 'f', "FORMAT", "text json csv", "text (default), json or csv; the latter two take one FILE"},
    {"output", 'o', "FILE", NULL, "write there instead of to stdout; without --format .json and .csv pick theirs"},
    OPTION_HELP,
};

struct options {
    const char *format;
    const char *output;
};

static int take(const struct option_row *row, const char *value, void *data)
{
    struct options *options = data;
    if (row->letter == 'o' && config_has_unknown_extension(value, strlen(value)))
        return options_refuse("report", row, value, "a name that ends in .txt, .json or .csv, or has no extension", NULL);
    *(row->letter == 'f' ? &options->format : &options->output) = value;
    return 0;
}

/* What the extension of --output says where --format says nothing. */
static const char *format_of(const char *output)
{
    const char *dot = output ? strrchr(output, '.') : NULL;
    return dot && strcmp(dot, ".json") == 0 ? "json" : dot && strcmp(dot, ".csv") == 0 ? "csv" : "text";
}

static const struct option_table table = {
    .verb = "report",
    .head =
        "usage: flopshim report FILE... [--format text|json|csv] [-o FILE]\n\n"
        "Shows what was counted. Each FILE is a JSON summary or a ledger, told apart by their content; a ledger may be of a\n"
        "process that was killed or still runs.\n",
    .tail = "Exit status: 0; 2 where an option or a FILE is bad; 125 where the output cannot be written.\n",
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
    .take = take,
};

/* OPTIONS_GO_ON, or an exit status to leave with. */
static int parse(int argc, char **argv, struct options *options)
{
    *options = (struct options){0};
    int status = options_read(&table, argc, argv, options);
    if (status != OPTIONS_GO_ON)
        return status;
    if (!options->format)
        options->format = format_of(options->output);
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

static void render(const char *path, const struct loaded *loaded, const char *format, bool one_of_many, struct out *out)
{
    const struct summary *s = &loaded->summary;
    if (strcmp(format, "json") == 0) {
        summary_json(s, out);
    } else if (strcmp(format, "csv") == 0) {
        summary_csv(s, out);
    } else {
        if (one_of_many) {
            out_text(out, out->length ? "\n==> " : "==> ");
            text_put_name(out, path);
            out_text(out, " <==\n");
        }
        summary_text(s, summary_label(s), out);
    }
}

/* What a terminal would obey is not for it: names in a CSV stand as they are elsewhere. */
static int print(const struct out *out)
{
    struct out shown = {0};
    if (!isatty(STDOUT_FILENO))
        return out_print(out, STDOUT_FILENO, -1);
    for (size_t i = 0; i < out->length;) {
        const char *line = out->data + i, *end = memchr(line, '\n', out->length - i);
        size_t length = end ? (size_t)(end - line) : out->length - i;
        text_put_line(&shown, line, length);
        out_text(&shown, end ? "\n" : "");
        i += length + 1;
    }
    int result = out_print(&shown, STDOUT_FILENO, -1);
    out_free(&shown);
    return result;
}

static int deliver(const struct out *out, const char *output)
{
    bool to_stdout = !output || strcmp(output, "-") == 0 || strcmp(output, "/dev/stdout") == 0;
    if (out->failed)
        errno = ENOMEM;
    else if (to_stdout ? print(out) == 0 : out_save(out, output, false, NULL, 0) == 0)
        return 0;
    fprintf(stderr, "flopshim report: cannot write to %s: %s\n", to_stdout ? "stdout" : output, strerror(errno));
    return STATUS_FAILED;
}

int cmd_report(int argc, char **argv)
{
    struct options options;
    struct out out = {0};
    int status = parse(argc, argv, &options);
    if (status != OPTIONS_GO_ON)
        return status;
    status = 0;
    bool many = argc - optind > 1;
    for (int i = optind; i < argc; i++) {
        struct loaded loaded;
        if (load_file(argv[i], &loaded) < 0) {
            status = STATUS_USAGE;
            continue;
        }
        render(argv[i], &loaded, options.format, many, &out);
        load_free(&loaded);
    }
    if (out.length || out.failed) {
        int delivered = deliver(&out, options.output);
        status = delivered ? delivered : status;
    }
    out_free(&out);
    return status;
}
