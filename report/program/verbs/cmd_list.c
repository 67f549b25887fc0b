/* flopshim list: every routine that has a price, or every name that the preloaded library answers to. A table for people, in
 * the width of the terminal; tab-separated for programs. */
#include "cmd.h"
#include "formula_text.h"
#include "listing.h"
#include "options.h"
#include "suggest.h"
#include "symbols.h"
#include <fnmatch.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct option_row rows[] = {
    {"symbols", 's', NULL, NULL, "every exported name instead, with its routine"},
    {"format", 'f', "FORMAT", "text tsv", "text (default): a table; tsv: a line a routine, tab-separated, below one with #"},
    OPTION_HELP,
};

struct options {
    bool symbols;
    bool tsv;
};

static int take(const struct option_row *row, const char *value, void *data)
{
    struct options *options = data;
    if (row->letter == 's')
        options->symbols = true;
    else
        options->tsv = strcmp(value, "tsv") == 0;
    return 0;
}

static const struct option_table table = {
    .verb = "list",
    .head = "usage: flopshim list [OPTIONS] [NAME...]\n\n"
            "Prints what has a price: the family of routines, its precisions (s d c z: sgemm dgemm cgemm zgemm), class, "
            "formula in\n"
            "FLOPs, and source. NAME: a routine or any exported name of one (dgemm, cblas_dgemm), a family (gemm), a pattern\n"
            "('ge*'), a topic (svd, eig, lu, qr, cholesky, solve, lstsq, matmul, fft, conv).\n",
    .tail = "Exit status: 0; 2 where nothing is called by a NAME.\n",
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
    .take = take,
};

static bool is_listed(const char *families, const char *family)
{
    size_t length = strlen(family);
    for (const char *word = families; *word; word += strcspn(word, " "), word += *word == ' ')
        if (strcspn(word, " ") == length && !strncmp(word, family, length))
            return true;
    return false;
}

/* Marks the routines that are meant. false where there are none. */
static bool select_name(const char *name, bool *wanted)
{
    const char *families = suggest_topic(name);
    const int exact = cost_find(name);
    bool any = exact >= 0;
    if (any)
        wanted[exact] = true;
    for (int i = 0; i < cost_routine_count; i++) {
        const struct cost_routine *r = &cost_routines[i];
        if (fnmatch(name, cost_name(r), FNM_CASEFOLD) && fnmatch(name, cost_family(r), FNM_CASEFOLD) &&
            !(families && is_listed(families, cost_family(r))))
            continue;
        wanted[i] = any = true;
    }
    return any;
}

static int select_all(int count, char **names, bool *wanted)
{
    int status = 0;
    for (int i = 0; i < cost_routine_count; i++)
        wanted[i] = !count;
    for (int i = 0; i < count; i++) {
        char tail[512], shown[OPTIONS_SHOWN_BYTES];
        if (select_name(names[i], wanted))
            continue;
        suggest_routine(names[i], tail, sizeof tail);
        fprintf(stderr, "flopshim list: no routine or family is called '%s'%s\n", options_shown(names[i], shown), tail);
        status = STATUS_USAGE;
    }
    return status;
}

static void print_tsv(const bool *wanted)
{
    char formula[1024];
    puts("#routine\tclass\targuments\tformula\tsource");
    for (int i = 0; i < cost_routine_count; i++) {
        const struct cost_routine *r = &cost_routines[i];
        if (!wanted[i])
            continue;
        cost_formula(r, formula, sizeof formula);
        printf("%s\t%s\t%s\t%s\t%s\n", cost_name(r), cost_class_name(r->accuracy), cost_args(r), formula, cost_source(r));
    }
}

static void print_symbols(const bool *wanted, bool tsv)
{
    const char *name = forward_names;
    if (tsv)
        puts("#symbol\troutine");
    else
        printf("%-40s %s\n", "SYMBOL", "ROUTINE");
    for (unsigned i = 0; i < SYMBOL_COUNT; i++, name += strlen(name) + 1)
        if (wanted[forward_routines[i]])
            printf(tsv ? "%s\t%s\n" : "%-40s %s\n", name, cost_name(&cost_routines[forward_routines[i]]));
}

int cmd_list(int argc, char **argv)
{
    struct options options = {0};
    int status = options_read(&table, argc, argv, &options);
    if (status != OPTIONS_GO_ON)
        return status;
    bool *wanted = calloc((size_t)cost_routine_count, sizeof *wanted);
    if (!wanted) {
        perror("flopshim list");
        return STATUS_FAILED;
    }
    status = select_all(argc - optind, argv + optind, wanted);
    if (!status && options.symbols)
        print_symbols(wanted, options.tsv);
    else if (!status && options.tsv)
        print_tsv(wanted);
    else if (!status)
        listing_print(wanted);
    free(wanted);
    return status;
}
