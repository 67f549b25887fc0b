/* The flopshim program: finds the verb and hands over. The table of verbs is here and nowhere else. */
#include "cmd.h"
#include <stdio.h>
#include <string.h>

struct verb {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *purpose;
};

static const struct verb verbs[] = {
    {"run", cmd_run, "count the FLOPs of a program, within a budget"},
    {"report", cmd_report, "show a summary or a ledger as text, JSON or CSV"},
    {"cost", cmd_cost, "what a call would cost, from its arguments"},
    {"list", cmd_list, "every routine, its formula and its source"},
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

static int complain(const char *name)
{
    fprintf(stderr, "flopshim: unknown verb '%s'; there are:", name);
    for (size_t i = 0; i < VERBS; i++)
        fprintf(stderr, " %s", verbs[i].name);
    fputs("\n", stderr);
    return STATUS_USAGE;
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
    for (size_t i = 0; i < VERBS; i++)
        if (strcmp(argv[1], verbs[i].name) == 0)
            return finish(verbs[i].run(argc - 1, argv + 1));
    return complain(argv[1]);
}
