/* flopshim run: sets the environment and the preload, runs the program, and reports for the processes that were killed
 * before they could. Values of options are judged as the library judges those of the environment (shim/config_values.c). */
#include "child.h"
#include "cmd.h"
#include "config_parse.h"
#include "config_values.h"
#include "inspect.h"
#include "leftover.h"
#include "library.h"
#include "options.h"
#include "origin.h"
#include "output.h"
#include "pages.h"
#include "path.h"
#include "preload.h"
#include "run_folder.h"
#include "sweep.h"
#include "templates.h"
#include "watch.h"
#include "written.h"
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Each option is a variable of shim/config_values.c: --exit-code is FLOP_EXIT_CODE. */
static const struct option_row rows[] = {
    {"budget", 'b', "N", NULL, "limit in FLOPs: 10000000, 1e7, 10M, 2.5G (FLOP_BUDGET; none: count only)"},
    {"time-limit", 0, "T", NULL, "limit on wall time, checked at calls: 30s, 1.5m, 2h (FLOP_TIME_LIMIT; none)"},
    {"output", 'o', "LIST", NULL,
     "files, by extension .txt .json .csv .html; stderr; none; %p pid %h host %e program %r rank\n"
     "%j job %t start (FLOP_OUTPUT; flopshim.%e.%p.txt)"},
    {"scope", 's', "S", NULL, "process, tree or job (of MPI): what the budget is of (FLOP_SCOPE; process)"},
    {"namespace", 'n', "NAME", NULL, "of calls outside any marker (FLOP_NAMESPACE)"},
    {"multiplier", 'm', "X", NULL, "each call's cost times this (FLOP_MULTIPLIER; 1)"},
    {"weights", 0, "FILE", NULL,
     "what a FLOP of a routine, family or precision counts: a file, or dp-scaled (FLOP_WEIGHTS; 1)"},
    {"on-exhausted", 'e', "M", NULL, "error, abort, signal=NAME or warn (FLOP_ON_EXHAUSTED; error)"},
    {"exit-code", 'x', "N", NULL, "where error ends the process (FLOP_EXIT_CODE; 86)"},
    {"count", 0, "LIST", NULL, "which of blas,lapack,fft,dnn (FLOP_COUNT; all of them)"},
    {"convention", 'c', "C", NULL, "ops or fma (FLOP_CONVENTION; ops)"},
    {"timing", 't', "T", NULL, "off, auto or all (FLOP_TIMING; auto)"},
    {"detail", 'd', "D", NULL, "a list of routines, shapes (dimensions), callers and calls, a log (FLOP_DETAIL; routines)"},
    {"ledger-dir", 0, "DIR", NULL, "where the live ledgers lie (FLOP_LEDGER_DIR; /dev/shm, else $TMPDIR, else /tmp)"},
    {"quiet", 'q', NULL, NULL, "no banner, no line at the end (FLOP_QUIET)"},
    {"verbose", 'v', NULL, NULL, "say what was resolved where (FLOP_VERBOSE)"},
    OPTION_HELP,
};

/* What the library accepts, and pages (pages.h). */
#define OUTPUTS \
    "file names that end in .txt, .json, .csv or .html, with %p %h %e %r %j %t or %%, separated by commas, none, or stderr"

static void variable_of(const struct option_row *row, char *variable, size_t size)
{
    snprintf(variable, size, "FLOP_%s", row->name);
    for (char *c = variable; *c; c++)
        *c = *c == '-' ? '_' : (char)toupper((unsigned char)*c);
}

/* Sets the variable, where the library will take the value. */
static int take(const struct option_row *row, const char *value, void *data)
{
    static struct config judged;
    char name[32];
    (void)data;
    variable_of(row, name, sizeof name);
    const struct config_variable *variable = config_variable(name);
    value = value ? value : "1";
    char replaced[TEMPLATE_BYTES];
    bool has_page = row->letter == 'o' && pages_replace(value, replaced, sizeof replaced);
    if (!variable->take(has_page ? replaced : value, &judged))
        return options_refuse("run", row, value, row->letter == 'o' ? OUTPUTS : variable->accepted, variable->words);
    if (setenv(name, value, 1) == 0)
        return 0;
    perror("flopshim run");
    return STATUS_FAILED;
}

static const struct option_table table = {
    .verb = "run",
    .head =
        "usage: flopshim run [OPTIONS] [--] CMD [ARGUMENTS]\n\n"
        "Runs CMD and counts the FLOPs that it does through BLAS and LAPACK. The summary goes to a file when CMD ends, also\n"
        "where it is killed. Each option sets the environment variable named behind it.\n",
    .tail = "Exit status: CMD's own, 128 + signal where it was killed; 2 usage; 125 flopshim failed; 126 CMD cannot be run;\n"
            "127 CMD was not found.\n",
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
    .until_command = true,
    .take = take,
};

/* Sets the environment from the options. Returns OPTIONS_GO_ON, or the exit status to leave with. */
static int parse(int argc, char **argv)
{
    int status = options_read(&table, argc, argv, NULL);
    if (status != OPTIONS_GO_ON || optind < argc)
        return status;
    fputs("flopshim run: no CMD to run; see flopshim run --help\n", stderr);
    return STATUS_USAGE;
}

static int make_folder(char *folder, size_t size)
{
    const char *place;
    int result = run_folder_make(folder, size, &place);
    if (result < 0)
        fprintf(stderr, "flopshim run: cannot make a folder for the ledgers in %s: %s\n", place, strerror(errno));
    return result;
}

/* Exports the folder by its absolute name, since a relative one would be another folder after the program's chdir. */
static int export_folder(char *folder)
{
    char real[PATH_MAX];
    if (realpath(folder, real) && setenv("FLOP_LEDGER_DIR", real, 1) == 0) {
        strcpy(folder, real);
        return 0;
    }
    fprintf(stderr, "flopshim run: cannot use the folder %s: %s\n", folder, strerror(errno));
    return -1;
}

/* Makes relative outputs absolute, so that they start from here whatever folder the program goes to or starts others in. */
static const char *anchor_output(void)
{
    static char anchored[TEMPLATE_BYTES], replaced[TEMPLATE_BYTES];
    const char *output = getenv("FLOP_OUTPUT");
    if (!output || !*output)
        output = OUTPUT_DEFAULT;
    if (pages_replace(output, replaced, sizeof replaced) && config_is_template(replaced)) {
        written_begin();
        output = replaced;
    }
    if (!config_is_template(output))
        return OUTPUT_DEFAULT; /* the library says what is wrong with it, and falls back too */
    if (templates_anchor(output, origin_folder(), anchored, sizeof anchored) == 0 && setenv("FLOP_OUTPUT", anchored, 1) == 0)
        return anchored;
    return output;
}

static bool is_on(const char *value)
{
    return value && *value && strcmp(value, "0") != 0;
}

static void clean_up(const char *folder, bool made_link)
{
    static const char *const libraries[] = {PRELOAD_LIBRARY, PRELOAD_MPI_LIBRARY};
    char link[PATH_MAX + sizeof PRELOAD_MPI_LIBRARY];
    for (size_t i = 0; made_link && i < sizeof libraries / sizeof *libraries; i++) {
        snprintf(link, sizeof link, "%s/%s", folder, libraries[i]);
        unlink(link);
    }
    if (rmdir(folder) < 0 && errno != ENOTEMPTY)
        fprintf(stderr, "flopshim run: cannot remove %s: %s\n", folder, strerror(errno));
}

/* Writes the summaries of the dead whose ledgers lie beside the folder of this run. */
static void sweep_beside(const char *folder, const char *output)
{
    struct sweep how = {.quiet = is_on(getenv("FLOP_QUIET"))};
    char parent[PATH_MAX];
    snprintf(parent, sizeof parent, "%s", folder);
    char *slash = strrchr(parent, '/');
    if (templates_are_none(output) || !slash || slash == parent)
        return;
    *slash = 0;
    sweep_folder(parent, &how);
}

static int run_in_folder(char *const *argv, const char *library, char *folder, bool without_preload)
{
    struct ended_child child = {0};
    int made_link = 0;
    int staying = 0;
    int status = STATUS_FAILED;
    const char *output = anchor_output();
    if (export_folder(folder) == 0 && (without_preload || preload_set(library, argv[0], folder, &made_link) == 0)) {
        watch_begin(folder, without_preload ? NULL : PRELOAD_LIBRARY);
        status = child_run(argv, &child);
        if (watch_end(output, &child, is_on(getenv("FLOP_QUIET")))) {
            fputs("flopshim run: the ledger of a limit was tampered with: it cannot be vouched for\n", stderr);
            status = STATUS_FAILED;
        }
        staying = leftover_report(folder, output, &child, is_on(getenv("FLOP_QUIET")));
        if (pages_make(is_on(getenv("FLOP_QUIET"))) < 0 && status == 0)
            status = STATUS_FAILED;
    }
    if (!staying)
        clean_up(folder, made_link);
    sweep_beside(folder, output);
    return status;
}

/* Each rank of an MPI launcher is a process: whoever did not ask for one summary of all is told once how to. */
static void tell_of_ranks(const char *command)
{
    static const char *const launchers[] = {"mpirun", "mpiexec", "orterun", "prterun", "srun", "aprun", "jsrun"};
    const char *scope = getenv("FLOP_SCOPE"), *name = path_base(command);
    size_t length = strcspn(name, "."); /* mpirun.mpich */
    if ((scope && (strcmp(scope, "job") == 0 || strcmp(scope, "tree") == 0)) || is_on(getenv("FLOP_QUIET")))
        return;
    for (size_t i = 0; i < sizeof launchers / sizeof *launchers; i++)
        if (strlen(launchers[i]) == length && strncmp(launchers[i], name, length) == 0)
            fprintf(
                stderr,
                "flopshim: each rank of %s is counted by itself and has a summary of its own; --scope job makes one of all\n",
                launchers[i]);
}

int cmd_run(int argc, char **argv)
{
    char library[PATH_MAX];
    char folder[PATH_MAX];
    origin_note();
    int status = parse(argc, argv);
    if (status != OPTIONS_GO_ON)
        return status;
    bool without_preload;
    if ((status = inspect_program(argv[optind], &without_preload)))
        return status;
    tell_of_ranks(argv[optind]);
    if (preload_find(library, sizeof library) < 0 || make_folder(folder, sizeof folder) < 0)
        return STATUS_FAILED;
    return run_in_folder(argv + optind, library, folder, without_preload);
}
