/* The flopshim program: finds the verb and hands over. The table of verbs is here and nowhere else. */
#include "cmd.h"
#include "options.h"
#include "spelling.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int cmd_help(int argc, char **argv);

struct verb {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *purpose;
};

static const struct verb verbs[] = {
    {"run", cmd_run, "count the FLOPs of a program, within a budget"},
    {"report", cmd_report, "show a summary or a ledger as text, JSON, CSV or a page"},
    {"merge", cmd_merge, "one summary of many processes or ranks"},
    {"diff", cmd_diff, "what differs between two summaries; rules make it a test"},
    {"top", cmd_top, "what is counted now, live: budget, rate, tables"},
    {"doctor", cmd_doctor, "would a program's BLAS be seen? before a run"},
    {"calibrate", cmd_calibrate, "what this machine can do, for rooflines"},
    {"cost", cmd_cost, "what a call would cost, from its arguments"},
    {"list", cmd_list, "every routine, its formula and its source"},
    {"library", cmd_library, "where the library is, for LD_PRELOAD"},
    {"help", cmd_help, "what a verb does, as VERB --help"},
};

#define VERBS (sizeof verbs / sizeof *verbs)

static void print_help(FILE *to)
{
    fputs("usage: flopshim VERB [ARGUMENTS]\n\n"
          "Counts and budgets the FLOPs that a program does through BLAS and LAPACK.\n\n",
          to);
    for (size_t i = 0; i < VERBS; i++)
        fprintf(to, "  %-10s %s\n", verbs[i].name, verbs[i].purpose);
    fputs("\n`flopshim VERB --help` says more of each; `flopshim --version` its version.\n", to);
}

static void complain(const char *name)
{
    static const char *const own[] = {"--help", "--version"};
    const char *names[VERBS];
    char shown[OPTIONS_SHOWN_BYTES];
    bool is_option = *name == '-';
    for (size_t i = 0; i < VERBS; i++)
        names[i] = verbs[i].name;
    const char *near = is_option ? spelling_nearest(name, own, 2) : spelling_nearest(name, names, VERBS);
    fprintf(stderr, "flopshim: unknown %s '%s'; ", is_option ? "option" : "verb", options_shown(name, shown));
    if (near) {
        fprintf(stderr, "did you mean %s?", near);
    } else if (is_option) {
        fputs("options stand behind the verb, see flopshim --help", stderr);
    } else {
        fputs("there are:", stderr);
        for (size_t i = 0; i < VERBS; i++)
            fprintf(stderr, " %s", verbs[i].name);
    }
    fputs("\n", stderr);
}

/* The verb of this name; NULL after a message. */
static const struct verb *find(const char *name)
{
    for (size_t i = 0; i < VERBS; i++)
        if (strcmp(name, verbs[i].name) == 0)
            return &verbs[i];
    complain(name);
    return NULL;
}

static int cmd_help(int argc, char **argv)
{
    static char ask[] = "--help";
    if (argc > 2) {
        fputs("flopshim help: of one verb at a time\n", stderr);
        return STATUS_USAGE;
    }
    if (argc < 2 || strcmp(argv[1], "help") == 0 || strcmp(argv[1], ask) == 0 || strcmp(argv[1], "-h") == 0) {
        print_help(stdout);
        return 0;
    }
    const struct verb *verb = find(argv[1]);
    return verb ? verb->run(2, (char *[]){argv[1], ask, NULL}) : STATUS_USAGE;
}

/* A full disk or a closed pipe must not pass for success. */
static int finish(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    perror("flopshim: cannot write to stdout");
    return status ? status : STATUS_FAILED;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return STATUS_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_help(stdout);
        return finish(0);
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("flopshim " FLOPSHIM_VERSION);
        return finish(0);
    }
    const struct verb *verb = find(argv[1]);
    return verb ? finish(verb->run(argc - 1, argv + 1)) : STATUS_USAGE;
}
