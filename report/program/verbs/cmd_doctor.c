/* flopshim doctor: would the BLAS of a program be seen? Looks at files, and starts nothing of the program's. */
#include "cmd.h"
#include "doctor.h"
#include "options.h"
#include "show.h"
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STATUS_NOT_COUNTED 1

static const struct option_row rows[] = {
    {"format", 'f', "FORMAT", "text json", "text (default) or json"},
    {"output", 'o', "FILE", NULL, "write there instead of to stdout; without --format .json picks json"},
    OPTION_HELP,
};

struct options {
    const char *format;
    const char *output;
};

static int take(const struct option_row *row, const char *value, void *data)
{
    struct options *options = data;
    if (row->letter == 'o' && options_check_output("doctor", row, value))
        return STATUS_USAGE;
    *(row->letter == 'f' ? &options->format : &options->output) = value;
    return 0;
}

static const struct option_table table = {
    .verb = "doctor",
    .head =
        "usage: flopshim doctor [OPTIONS] [FILE...]\n"
        "       flopshim doctor [OPTIONS] -- CMD [ARGUMENTS]\n\n"
        "Says before a run whether the BLAS of a program would be seen, and what to do where it would not: of files "
        "(programs,\n"
        "libraries, scripts of Python), or of CMD with its arguments; without either whether counting works on this machine.\n"
        "Nothing of the program is run.\n",
    .tail = "Exit status: 0; 1 where something would be missed, or would not work; 2 usage; 125 where the output cannot be\n"
            "written.\n",
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
    .take = take,
};

/* Where the arguments before getopt sorted them have `--`, the index of it; else 0. */
static int find_dashes(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], "--"))
            return i;
    return 0;
}

/* *is_command: what is left is one, with its arguments. */
static int parse(int argc, char **argv, struct options *options, bool *is_command)
{
    int dashes = find_dashes(argc, argv);
    int status = options_read(&table, argc, argv, options);
    if (status != OPTIONS_GO_ON)
        return status;
    *is_command = dashes > 0;
    if (dashes && optind != dashes + 1) {
        fprintf(stderr, "flopshim doctor: expected FILE... or -- CMD, got '%s' before --\n", argv[optind]);
        return STATUS_USAGE;
    }
    if (dashes && optind == argc) {
        fputs("flopshim doctor: no CMD behind --; see flopshim doctor --help\n", stderr);
        return STATUS_USAGE;
    }
    options->format = options_format(options->format, options->output);
    return OPTIONS_GO_ON;
}

static char *join(char *const *words)
{
    struct out out = {0};
    for (; *words; words++) {
        out_text(&out, out.length ? " " : "");
        out_text(&out, *words);
    }
    char *text = out.failed || !out.data ? NULL : strndup(out.data, out.length);
    out_free(&out);
    return text;
}

/* A file of this folder needs no path, where a command is searched for. */
static char *name_file(const char *file)
{
    char *path;
    return asprintf(&path, "%s%s", strchr(file, '/') ? "" : "./", file) < 0 ? NULL : path;
}

static size_t examine(struct findings *subjects, int count, char **words, bool is_command)
{
    char library[PATH_MAX];
    doctor_machine(&subjects[0], library, sizeof library);
    if (is_command) {
        subjects[1].subject = join(words);
        doctor_program(&subjects[1], words, library);
        return 2;
    }
    for (int i = 0; i < count; i++) {
        char *file = name_file(words[i]);
        subjects[1 + i].subject = strdup(words[i]);
        if (file)
            doctor_program(&subjects[1 + i], (char *[]){file, NULL}, library);
        subjects[1 + i].failed |= !file || !subjects[1 + i].subject;
        free(file);
    }
    return 1 + (size_t)count;
}

static int say(const struct findings *subjects, size_t count, const struct options *options)
{
    struct out out = {0};
    const char *no_color = getenv("NO_COLOR");
    bool colored = !options->output && isatty(STDOUT_FILENO) && !(no_color && *no_color);
    if (strcmp(options->format, "json") == 0)
        findings_json(subjects, count, &out);
    else
        findings_text(subjects, count, colored, &out);
    for (size_t i = 0; i < count; i++)
        out.failed |= subjects[i].failed;
    int status = show_deliver("doctor", &out, options->output);
    out_free(&out);
    return status ? status : findings_are_bad(subjects, count) ? STATUS_NOT_COUNTED : 0;
}

int cmd_doctor(int argc, char **argv)
{
    struct options options = {0};
    bool is_command = false;
    int status = parse(argc, argv, &options, &is_command);
    if (status != OPTIONS_GO_ON)
        return status;
    int words = argc - optind;
    struct findings *subjects = calloc((size_t)words + 1, sizeof *subjects);
    if (!subjects) {
        perror("flopshim doctor");
        return STATUS_FAILED;
    }
    size_t count = examine(subjects, words, argv + optind, is_command);
    status = say(subjects, count, &options);
    for (size_t i = 0; i < count; i++) {
        free((void *)(uintptr_t)subjects[i].subject);
        findings_free(&subjects[i]);
    }
    free(subjects);
    return status;
}
