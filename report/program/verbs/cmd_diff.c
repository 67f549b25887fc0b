/* flopshim diff: what differs between two summaries or ledgers, and whether it breaks a rule. */
#include "cmd.h"
#include "diff_rules.h"
#include "load.h"
#include "options.h"
#include "out_save.h"
#include "show.h"
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define STATUS_DIFFERENT 1
enum { SAID_MOST = 20 };

static const struct option_row rows[] = {
    {"format", 'f', "FORMAT", "text json", "text (default) or json"},
    {"output", 'o', "FILE", NULL, "write there instead of to stdout; without --format .json picks json"},
    {"fail-above", 'a', "LIMIT", NULL,
     "[total:|routine:|namespace:]PCT: exit with 1 where the FLOPs of that grew by more\n"
     "than so many per cent (1%, routine:0.5%); without a word the total and each routine"},
    {"fail-on", 'e', "EVENT", "new-routine gone-routine change",
     "exit with 1 where a routine is there that was not (new-routine), is not there\n"
     "any more (gone-routine), or has other FLOPs or calls (change); may be repeated"},
    OPTION_HELP,
};

struct options {
    const char *format;
    const char *output;
    struct diff_rules rules;
};

static int take(const struct option_row *row, const char *value, void *data)
{
    struct options *options = data;
    if (row->letter == 'a')
        return diff_rules_take_limit(&options->rules, value)
                   ? 0
                   : options_refuse("diff", row, value,
                                    "[total:|routine:|namespace:]PCT, such as 1%, 0.5% or routine:10% (four decimals at most)",
                                    NULL);
    if (row->letter == 'e') {
        diff_rules_take_event(&options->rules, value);
        return 0;
    }
    if (row->letter == 'o' && options_check_output("diff", row, value))
        return STATUS_USAGE;
    *(row->letter == 'f' ? &options->format : &options->output) = value;
    return 0;
}

static const struct option_table table = {
    .verb = "diff",
    .head =
        "usage: flopshim diff [OPTIONS] A B\n\n"
        "Shows what differs between two summaries, A (before) and B (after): FLOPs and calls by routine, namespace and, where\n"
        "both have them, shape; time apart. A and B are JSON summaries or ledgers. Rules make it a test.\n",
    .tail =
        "Exit status: 0; 1 where a rule is broken, each named on stderr; 2 where an option or a file is bad, or a rule cannot\n"
        "be judged, as A and B were not counted alike or one is not complete; 125 where the output cannot be written.\n",
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
    if (argc - optind != 2) {
        fprintf(stderr, "flopshim diff: expected two files, A and B, got %d; see flopshim diff --help\n", argc - optind);
        return STATUS_USAGE;
    }
    options->format = options_format(options->format, options->output);
    return OPTIONS_GO_ON;
}

/* Each line of `lines`, behind what it means. */
static void say_lines(const char *what, const struct out *lines)
{
    for (size_t i = 0; i < lines->length;) {
        const char *line = lines->data + i, *end = memchr(line, '\n', lines->length - i);
        size_t length = end ? (size_t)(end - line) : lines->length - i;
        fprintf(stderr, "flopshim diff: %s%.*s\n", what, (int)length, line);
        i += length + 1;
    }
}

static void say_verdict(const struct diff_verdict *verdict)
{
    struct out out = {0};
    out_text(&out, "flopshim diff: ");
    diff_put_verdict(verdict, &out);
    out_text(&out, "\n");
    out_print(&out, STDERR_FILENO, -1);
    out_free(&out);
}

/* Where what is missing could only add to a rule that is broken already, it is broken. */
static int judge(const struct diff_rules *rules, const struct diff_verdicts *verdicts)
{
    if (!diff_rules_any(rules))
        return 0;
    if (verdicts->doubts.length) {
        say_lines("no rule can be judged: ", &verdicts->doubts);
        return STATUS_USAGE;
    }
    for (size_t i = 0; i < verdicts->count && i < SAID_MOST; i++)
        say_verdict(&verdicts->list[i]);
    if (verdicts->count > SAID_MOST)
        fprintf(stderr, "flopshim diff: and %zu more\n", verdicts->count - SAID_MOST);
    if (verdicts->count)
        return STATUS_DIFFERENT;
    say_lines("the rules cannot be judged: ", &verdicts->missing);
    return verdicts->missing.length ? STATUS_USAGE : 0;
}

static int compare(const struct loaded *loaded, const char *const names[2], const struct options *options)
{
    struct diff diff;
    struct diff_verdicts verdicts = {0};
    struct out out = {0};
    int status = STATUS_FAILED;
    if (diff_make(&loaded[0].summary, &loaded[1].summary, &diff) < 0) {
        fputs("flopshim diff: out of memory\n", stderr);
        return status;
    }
    if (diff_judge(&diff, names, &options->rules, &verdicts) < 0) {
        fputs("flopshim diff: out of memory\n", stderr);
    } else {
        (strcmp(options->format, "json") == 0 ? diff_json : diff_text)(&diff, names, &verdicts, &out);
        status = show_deliver("diff", &out, options->output);
        status = status ? status : judge(&options->rules, &verdicts);
    }
    out_free(&out);
    diff_verdicts_free(&verdicts);
    diff_free(&diff);
    return status;
}

int cmd_diff(int argc, char **argv)
{
    struct options options = {0};
    struct loaded loaded[2] = {0};
    int status = parse(argc, argv, &options);
    if (status != OPTIONS_GO_ON)
        return status;
    const char *const names[2] = {argv[optind], argv[optind + 1]};
    bool good = true;
    for (int i = 0; i < 2; i++)
        good &= load_file(names[i], &loaded[i]) == 0;
    status = good ? compare(loaded, names, &options) : STATUS_USAGE;
    for (int i = 0; i < 2; i++)
        load_free(&loaded[i]);
    return status;
}
