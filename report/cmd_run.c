/* flopshim run: sets the environment and the preload, runs the program, and reports for the processes that were killed
 * before they could. Values of options are judged by the library, not here. */
#include "child.h"
#include "cmd.h"
#include "inspect.h"
#include "leftover.h"
#include "origin.h"
#include "output.h"
#include "preload.h"
#include "shim/config_parse.h"
#include "shim/ledger.h"
#include "sweep.h"
#include "watch.h"
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: flopshim run [OPTIONS] [--] CMD [ARGUMENTS]\n\n"
    "Runs CMD and counts the FLOPs that it does through BLAS and LAPACK. The summary goes to a file when CMD ends, also\n"
    "where it is killed. Each option sets the environment variable named behind it.\n\n"
    "  -b, --budget N          limit in FLOPs: 10000000, 1e7, 10M, 2.5G (FLOP_BUDGET; none: count only)\n"
    "  -o, --output LIST       files, by extension .txt .json .csv; stderr; none; %p pid %h host %e program %r rank\n"
    "                          %j job %t start (FLOP_OUTPUT; flopshim.%e.%p.txt)\n"
    "  -s, --scope S           process, tree or job: what the budget is of (FLOP_SCOPE; process)\n"
    "  -n, --namespace NAME    of calls outside any marker (FLOP_NAMESPACE)\n"
    "  -m, --multiplier X      each call's cost times this (FLOP_MULTIPLIER; 1)\n"
    "  -e, --on-exhausted M    error, abort, signal=NAME or warn (FLOP_ON_EXHAUSTED; error)\n"
    "  -x, --exit-code N       where error ends the process (FLOP_EXIT_CODE; 86)\n"
    "  -c, --convention C      ops or fma (FLOP_CONVENTION; ops)\n"
    "  -t, --timing T          off, auto or all (FLOP_TIMING; auto)\n"
    "  -d, --detail D          routines, shapes or calls (FLOP_DETAIL; routines)\n"
    "      --ledger-dir DIR    where the live ledgers lie (FLOP_LEDGER_DIR; /dev/shm, else $TMPDIR, else /tmp)\n"
    "  -q, --quiet             no banner, no line at the end (FLOP_QUIET)\n"
    "  -v, --verbose           say what was resolved where (FLOP_VERBOSE)\n"
    "  -h, --help              this\n\n"
    "Exit status: CMD's own, 128 + signal where it was killed; 2 usage; 125 flopshim failed; 126 CMD cannot be run; 127 CMD\n"
    "was not found.\n";

struct setting {
    const char *option;
    char letter;
    const char *variable;
    const char *value; /* where the option takes none */
};

static const struct setting settings[] = {
    {"budget", 'b', "FLOP_BUDGET", NULL},         {"output", 'o', "FLOP_OUTPUT", NULL},
    {"scope", 's', "FLOP_SCOPE", NULL},           {"namespace", 'n', "FLOP_NAMESPACE", NULL},
    {"multiplier", 'm', "FLOP_MULTIPLIER", NULL}, {"on-exhausted", 'e', "FLOP_ON_EXHAUSTED", NULL},
    {"exit-code", 'x', "FLOP_EXIT_CODE", NULL},   {"convention", 'c', "FLOP_CONVENTION", NULL},
    {"timing", 't', "FLOP_TIMING", NULL},         {"detail", 'd', "FLOP_DETAIL", NULL},
    {"ledger-dir", 'L', "FLOP_LEDGER_DIR", NULL}, {"quiet", 'q', "FLOP_QUIET", "1"},
    {"verbose", 'v', "FLOP_VERBOSE", "1"},
};

#define SETTINGS (sizeof settings / sizeof *settings)

static void set_variable(const struct setting *setting, const char *argument)
{
    if (setenv(setting->variable, setting->value ? setting->value : argument, 1) == 0)
        return;
    perror("flopshim run");
    exit(STATUS_FAILED);
}

/* Sets the environment. 0, or the exit status to leave with; -1: leave with 0. */
static int parse(int argc, char **argv)
{
    struct option names[SETTINGS + 2] = {[SETTINGS] = {"help", no_argument, NULL, 'h'}};
    int letter;
    for (size_t i = 0; i < SETTINGS; i++)
        names[i] = (struct option){settings[i].option, settings[i].value ? no_argument : required_argument, NULL,
                                   settings[i].letter};
    /* "+": what follows CMD is CMD's. */
    while ((letter = getopt_long(argc, argv, "+b:o:s:n:m:e:x:c:t:d:qvh", names, NULL)) != -1) {
        if (letter == 'h') {
            fputs(help, stdout);
            return -1;
        }
        if (letter == '?')
            return STATUS_USAGE;
        for (size_t i = 0; i < SETTINGS; i++)
            if (settings[i].letter == letter)
                set_variable(&settings[i], optarg);
    }
    if (optind < argc)
        return 0;
    fputs("flopshim run: no CMD to run; see flopshim run --help\n", stderr);
    return STATUS_USAGE;
}

static int make_folder_in(const char *parent, char *folder, size_t size)
{
    /* The name says whose it is (sweep.h), should this run be killed. */
    int length = snprintf(folder, size, "%s/flopshim-%d-%llx-XXXXXX", parent, (int)getpid(),
                          (unsigned long long)ledger_pid_namespace());
    if ((size_t)length >= size) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return mkdtemp(folder) ? 0 : -1;
}

/* A folder of this run's own for the ledgers. A place that the user names must do. */
static int make_folder(char *folder, size_t size)
{
    const char *named = getenv("FLOP_LEDGER_DIR");
    const char *temporary = getenv("TMPDIR");
    const char *places[] = {"/dev/shm", temporary && *temporary ? temporary : "/tmp", "/tmp"};
    int result = -1;
    if (named && *named)
        result = make_folder_in(named, folder, size);
    for (size_t i = 0; !(named && *named) && result < 0 && i < sizeof places / sizeof *places; i++)
        result = make_folder_in(places[i], folder, size);
    if (result < 0)
        fprintf(stderr, "flopshim run: cannot make a folder for the ledgers in %s: %s\n",
                named && *named ? named : "/dev/shm, $TMPDIR or /tmp", strerror(errno));
    return result;
}

/* A relative one would be another folder after the program's chdir. */
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

/* Relative names start from here, whatever folder the program goes to or starts others in. */
static const char *anchor_output(void)
{
    static char anchored[OUTPUT_NAME_BYTES];
    const char *output = getenv("FLOP_OUTPUT");
    if (!output || !*output)
        output = OUTPUT_DEFAULT;
    if (config_is_template(output) && output_anchor(output, origin_folder(), anchored, sizeof anchored) == 0 &&
        setenv("FLOP_OUTPUT", anchored, 1) == 0)
        return anchored;
    return output;
}

static bool is_on(const char *value)
{
    return value && *value && strcmp(value, "0") != 0;
}

static void clean_up(const char *folder, bool made_link)
{
    char link[PATH_MAX + sizeof PRELOAD_LIBRARY];
    if (made_link) {
        snprintf(link, sizeof link, "%s/" PRELOAD_LIBRARY, folder);
        unlink(link);
    }
    if (rmdir(folder) < 0 && errno != ENOTEMPTY)
        fprintf(stderr, "flopshim run: cannot remove %s: %s\n", folder, strerror(errno));
}

/* What others left beside the folder of this run. */
static void sweep_beside(const char *folder, const char *output)
{
    struct sweep how = {.quiet = is_on(getenv("FLOP_QUIET"))};
    char parent[PATH_MAX];
    snprintf(parent, sizeof parent, "%s", folder);
    char *slash = strrchr(parent, '/');
    if (output_is_none(output) || !slash || slash == parent)
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
    }
    if (!staying)
        clean_up(folder, made_link);
    sweep_beside(folder, output);
    return status;
}

int cmd_run(int argc, char **argv)
{
    char library[PATH_MAX];
    char folder[PATH_MAX];
    origin_note();
    int status = parse(argc, argv);
    if (status)
        return status < 0 ? 0 : status;
    bool without_preload;
    if ((status = inspect_program(argv[optind], &without_preload)))
        return status;
    if (preload_find(library, sizeof library) < 0 || make_folder(folder, sizeof folder) < 0)
        return STATUS_FAILED;
    return run_in_folder(argv + optind, library, folder, without_preload);
}
