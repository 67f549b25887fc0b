/* flopshim top: how fast FLOPs are used, live, from the ledgers. Nothing in the programs is needed for it. */
#include "c_numbers.h"
#include "cmd.h"
#include "kernel.h"
#include "ledger_alive.h"
#include "ledger_load.h"
#include "ledger_node_read.h"
#include "options.h"
#include "top_plain.h"
#include "top_screen.h"
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct option_row rows[] = {
    {"once", '1', NULL, NULL, "one frame, and no keys"},
    {"batch", 'b', NULL, NULL, "frames one below the other, and no keys; so it is where stdout is no terminal"},
    {"count", 'n', "N", NULL, "so many frames (with --batch; until what is looked at has ended)"},
    {"delay", 'd', "SECONDS", NULL, "between two looks, 0.1 to 3600 (0.5)"},
    {"format", 'f', "FORMAT", "text json", "of frames: text (default), or json, a line each with all tables"},
    {"tab", 't', "TAB", "routines namespaces processes threads",
     "the table that is shown first: routines (default), namespaces,\n"
     "processes or threads"},
    {"sort", 's', "KEY", "flops rate calls time name pid", "by flops (default), rate, calls, time, name or pid"},
    OPTION_HELP,
};

struct options {
    bool once, batch, json;
    unsigned long count;
    double delay;
    struct top_view view;
};

static int index_of(const char *word, const char *const *words, int count)
{
    int i = 0;
    while (i < count - 1 && strcmp(word, words[i]) != 0)
        i++;
    return i;
}

static int take_number(const struct option_row *row, const char *value, double least, double most, double *number)
{
    char *end;
    errno = 0;
    *number = strtod(value, &end);
    if (*value >= '0' && *value <= '9' && !*end && !errno && *number >= least && *number <= most)
        return 0;
    return options_refuse("top", row, value, row->letter == 'd' ? "seconds from 0.1 to 3600" : "a number of frames from 1",
                          NULL);
}

static int take(const struct option_row *row, const char *value, void *data)
{
    struct options *options = data;
    double number = 0;
    int status = 0;
    switch (row->letter) {
    case '1': options->once = true; break;
    case 'b': options->batch = true; break;
    case 'f': options->json = strcmp(value, "json") == 0; break;
    case 't': options->view.tab = (enum top_tab)index_of(value, top_tab_names, TOP_TABS); break;
    case 's': options->view.sort = (enum top_sort)index_of(value, top_sort_names, TOP_SORTS); break;
    case 'd': status = take_number(row, value, 0.1, 3600, &options->delay); break;
    default: status = take_number(row, value, 1, 1e9, &number); options->count = (unsigned long)number;
    }
    return status;
}

static const struct option_table table = {
    .verb = "top",
    .head =
        "usage: flopshim top [OPTIONS] [PID|LEDGER]\n\n"
        "Shows live what is counted: the budget and when it will be exhausted, GFLOP/s, and tables of routines, namespaces,\n"
        "processes and threads. Of all counted processes of this user; of a process, or a `flopshim run`, by its PID; of a\n"
        "LEDGER, or a folder of them. On a terminal keys are htop's, F1 or h shows them.\n",
    .tail = "Exit status: 0; 2 where an option, a PID or a LEDGER is bad; 125 where nothing can be written; 128 + signal.\n",
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
    .take = take,
};

/* Digits are a pid, also where a file is called so: ./4242 is the file. */
static int take_target(const char *word, struct top_target *target, char *of, size_t size)
{
    struct ledger_view view;
    struct stat st;
    const char *why;
    char shown[OPTIONS_SHOWN_BYTES];
    options_shown(word, shown);
    if (word[strspn(word, "0123456789")] == 0 && *word) {
        unsigned long long pid = strtoull(word, NULL, 10);
        if (pid == 0 || pid > INT_MAX || kill((pid_t)pid, 0) < 0) {
            fprintf(stderr, "flopshim top: %s: %s\n", shown,
                    pid && pid <= INT_MAX && errno == EPERM ? "the process is another user's" : "there is no such process");
            return STATUS_USAGE;
        }
        *target = (struct top_target){.kind = TOP_OF_PID, .pid = (uint32_t)pid};
        snprintf(of, size, "pid %s", word);
        return 0;
    }
    *target = (struct top_target){.kind = TOP_OF_FILE, .path = word};
    snprintf(of, size, "%s", shown);
    if (kernel_stat(word, &st) == 0 && S_ISDIR(st.st_mode))
        return 0;
    if (ledger_is_of_node(word))
        return 0;
    if (ledger_load(word, &view, &why) < 0) {
        fprintf(stderr, "flopshim top: %s: %s; expected a PID, a ledger or a folder of ledgers\n", shown,
                why ? why : strerror(errno));
        return STATUS_USAGE;
    }
    ledger_unload(&view);
    return 0;
}

/* Reads the options. Returns OPTIONS_GO_ON, or the exit status to leave with. */
static int parse(int argc, char **argv, struct options *options, struct top_target *target, char *of, size_t size)
{
    int status = options_read(&table, argc, argv, options);
    if (status != OPTIONS_GO_ON)
        return status;
    if (argc - optind > 1) {
        fprintf(stderr, "flopshim top: expected one PID or LEDGER, got %d\n", argc - optind);
        return STATUS_USAGE;
    }
    if (argc > optind && (status = take_target(argv[optind], target, of, size)))
        return status;
    return OPTIONS_GO_ON;
}

/* Of the terminal, else $COLUMNS, else 80. */
static size_t columns_of_output(void)
{
    struct winsize size;
    const char *columns = getenv("COLUMNS");
    if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col >= 40)
        return size.ws_col;
    long number = columns ? strtol(columns, NULL, 10) : 0;
    return number >= 40 && number <= 1000 ? (size_t)number : 80;
}

/* As any program that the signal ended, for whoever waits. */
static int end_by(int signal_number)
{
    signal(signal_number, SIG_DFL);
    raise(signal_number);
    return 128 + signal_number;
}

static int show(struct top_model *model, const struct top_target *target, struct options *options)
{
    bool has_terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    if (has_terminal && !options->once && !options->batch && !options->json && !options->count) {
        int ended = top_screen(model, target, &options->view, options->delay);
        if (ended != TOP_NO_SCREEN)
            return ended ? end_by(ended) : 0;
    }
    const struct top_plain how = {options->json, options->delay, options->once ? 1 : options->count, columns_of_output()};
    return top_plain(model, target, &options->view, &how);
}

int cmd_top(int argc, char **argv)
{
    char of[OPTIONS_SHOWN_BYTES] = "";
    struct options options = {.delay = 0.5, .view.of = of};
    struct top_target target = {.kind = TOP_OF_ALL};
    struct top_model model = {0};
    int status = parse(argc, argv, &options, &target, of, sizeof of);
    if (status != OPTIONS_GO_ON)
        return status;
    setlocale(LC_CTYPE, "");
    status = show(&model, &target, &options);
    top_model_free(&model);
    return status;
}
