/* flopshim list: every routine that has a price, or every name that the preloaded library answers to. */
#include "cmd.h"
#include "evaluate.h"
#include "symbols.h"
#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: flopshim list [--symbols] [NAME...]\n\n"
    "Prints routine, class, arguments of the count, formula and source, tab-separated, one routine a line; of NAMEs, where\n"
    "given (dgemm, or a family: gemm).\n\n"
    "  -s, --symbols   every exported name instead, with its routine\n"
    "  -h, --help      this\n";

static bool is_wanted(const struct cost_routine *r, int count, char **names)
{
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], r->name) == 0 || strcmp(names[i], r->family) == 0)
            return true;
    return !count;
}

static size_t list_routines(int count, char **names)
{
    size_t printed = 0;
    char formula[1024];
    for (unsigned i = 0; i < cost_routine_count; i++) {
        const struct cost_routine *r = &cost_routines[i];
        if (!is_wanted(r, count, names))
            continue;
        cost_formula(r, formula, sizeof formula);
        printf("%s\t%s\t%s\t%s\t%s\n", r->name, cost_class_name(r->accuracy), r->args, formula, r->source);
        printed++;
    }
    return printed;
}

static size_t list_symbols(int count, char **names)
{
    const char *name = forward_names;
    size_t printed = 0;
    for (unsigned i = 0; i < SYMBOL_COUNT; i++, name += strlen(name) + 1) {
        const struct cost_routine *r = &cost_routines[forward_routines[i]];
        if (!is_wanted(r, count, names))
            continue;
        printf("%s\t%s\n", name, r->name);
        printed++;
    }
    return printed;
}

int cmd_list(int argc, char **argv)
{
    static const struct option options[] = {{"symbols", no_argument, NULL, 's'}, {"help", no_argument, NULL, 'h'}, {0}};
    bool symbols = false;
    int letter;
    while ((letter = getopt_long(argc, argv, "sh", options, NULL)) != -1) {
        if (letter == 'h') {
            fputs(help, stdout);
            return 0;
        }
        if (letter == '?')
            return STATUS_USAGE;
        symbols = true;
    }
    int count = argc - optind;
    size_t printed = symbols ? list_symbols(count, argv + optind) : list_routines(count, argv + optind);
    if (printed)
        return 0;
    fprintf(stderr, "flopshim list: no routine or family is called '%s'; `flopshim list` prints all\n", argv[optind]);
    return STATUS_USAGE;
}
