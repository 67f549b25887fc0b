/* flopshim library: where the library is that run would preload, for LD_PRELOAD=$(flopshim library). */
#include "cmd.h"
#include "options.h"
#include "preload.h"
#include <getopt.h>
#include <limits.h>
#include <stdio.h>

static const struct option_row rows[] = {OPTION_HELP};

static const struct option_table table = {
    .verb = "library",
    .head =
        "usage: flopshim library\n\n"
        "Prints the path of the library that `flopshim run` preloads, so that a program can be started with it by hand:\n\n"
        "  FLOP_BUDGET=1e12 LD_PRELOAD=$(flopshim library) ./app\n\n"
        "The loader runs a program without a library that it does not find, and without its budget; `flopshim run` does not.\n",
    .tail = "Exit status: 0; 2 usage; 125 where there is no library, or LD_PRELOAD cannot hold its path.\n",
    .rows = rows,
    .count = 1,
};

int cmd_library(int argc, char **argv)
{
    char path[PATH_MAX], shown[OPTIONS_SHOWN_BYTES];
    int status = options_read(&table, argc, argv, NULL);
    if (status != OPTIONS_GO_ON)
        return status;
    if (optind < argc) {
        fprintf(stderr, "flopshim library: takes no argument, got '%s'\n", options_shown(argv[optind], shown));
        return STATUS_USAGE;
    }
    if (preload_find(path, sizeof path) < 0)
        return STATUS_FAILED;
    if (!preload_can_hold(path)) {
        fprintf(stderr,
                "flopshim library: LD_PRELOAD cannot hold the path %s (blank, colon or $); `flopshim run` can preload it\n",
                path);
        return STATUS_FAILED;
    }
    puts(path);
    return 0;
}
