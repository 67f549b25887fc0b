/* flopshim report: shows ledgers and JSON summaries, one behind the other, as text, JSON or CSV. */
#include "cmd.h"
#include "left.h"
#include "show.h"
#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: flopshim report FILE... [--format text|json|csv] [-o FILE]\n"
    "       flopshim report --left [--format text|json] [-o FILE]\n\n"
    "Shows what was counted. Each FILE is a JSON summary or a ledger, told apart by their content; a ledger may be of a\n"
    "process that was killed or still runs.\n\n"
    "  -l, --left            ledgers that dead processes have left in $FLOP_LEDGER_DIR, /dev/shm, $TMPDIR and /tmp, a line\n"
    "                        each and their summaries; json: a list. They stay where they are\n"
    "  -f, --format FORMAT   text (default), json or csv; the latter two take one FILE\n"
    "  -o, --output FILE     write there instead of to stdout\n"
    "  -h, --help            this\n\n"
    "Exit status: 0; 2 where an option or a FILE is bad; 125 where the output cannot be written.\n";

struct options {
    const char *format;
    const char *output;
    bool left;
};

static int check_left(int argc, char **argv, const struct options *options)
{
    if (optind == argc && strcmp(options->format, "csv") != 0)
        return 0;
    if (optind < argc)
        fprintf(stderr, "flopshim report: --left looks for ledgers itself and takes no FILE, such as %s\n", argv[optind]);
    else
        fputs("flopshim report: --format csv: accepted with --left are text, json\n", stderr);
    return STATUS_USAGE;
}

/* 0, or an exit status to leave with; -1: leave with 0. */
static int parse(int argc, char **argv, struct options *options)
{
    static const struct option names[] = {{"format", required_argument, NULL, 'f'},
                                          {"output", required_argument, NULL, 'o'},
                                          {"left", no_argument, NULL, 'l'},
                                          {"help", no_argument, NULL, 'h'},
                                          {0}};
    int letter;
    *options = (struct options){.format = "text"};
    while ((letter = getopt_long(argc, argv, "f:o:lh", names, NULL)) != -1) {
        switch (letter) {
        case 'f': options->format = optarg; break;
        case 'o': options->output = optarg; break;
        case 'l': options->left = true; break;
        case 'h': fputs(help, stdout); return -1;
        default: return STATUS_USAGE;
        }
    }
    bool text = strcmp(options->format, "text") == 0;
    if (!text && strcmp(options->format, "json") != 0 && strcmp(options->format, "csv") != 0) {
        fprintf(stderr, "flopshim report: --format %s: accepted are text, json, csv\n", options->format);
        return STATUS_USAGE;
    }
    if (options->left)
        return check_left(argc, argv, options);
    if (optind == argc) {
        fputs("flopshim report: no FILE; see flopshim report --help\n", stderr);
        return STATUS_USAGE;
    }
    if (!text && argc - optind > 1) {
        fprintf(stderr, "flopshim report: --format %s takes one FILE, not %d\n", options->format, argc - optind);
        return STATUS_USAGE;
    }
    return 0;
}

int cmd_report(int argc, char **argv)
{
    struct options options;
    struct out out = {0};
    int status = parse(argc, argv, &options);
    if (status)
        return status < 0 ? 0 : status;
    if (options.left)
        return left_report(options.format, options.output);
    bool many = argc - optind > 1;
    for (int i = optind; i < argc; i++) {
        struct loaded loaded;
        if (load_file(argv[i], &loaded) < 0) {
            status = STATUS_USAGE;
            continue;
        }
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
