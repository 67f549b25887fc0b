/* flopshim cost: what a call would cost, without running anything. */
#include "cmd.h"
#include "evaluate.h"
#include "options.h"
#include "out.h"
#include "suggest.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 64

static const struct option_row rows[] = {
    {"format", 'f', "FORMAT", "text json", "text (default): price, class, formula, source; json: an object a line"},
    {"convention", 'c', "C", "ops fma",
     "ops (default): a multiply, add or division is 1 each; fma: a multiply and its add are 1"},
    OPTION_HELP,
};

struct options {
    bool json;
    bool fma;
};

static int take(const struct option_row *row, const char *value, void *data)
{
    struct options *options = data;
    if (row->letter == 'f')
        options->json = strcmp(value, "json") == 0;
    else
        options->fma = strcmp(value, "fma") == 0;
    return 0;
}

static const struct option_table table = {
    .verb = "cost",
    .head =
        "usage: flopshim cost ROUTINE [NAME=VALUE...] [--format text|json] [--convention ops|fma]\n"
        "       flopshim cost - [OPTIONS]      a question a line on stdin: dgemm m=512 n=512 k=512\n\n"
        "Prices a call from its arguments, under LAPACK's own names: integers (1000, 1e3), options as letters (jobz=S uplo=L\n"
        "trans=T). What is left out has LAPACK's usual case (lda = m, ilo = 1, ihi = n). ROUTINE may be any name that the\n"
        "library answers to: dgemm, DGEMM, dgemm_, cblas_dgemm, LAPACKE_dgesv.\n",
    .tail = "Exit status: 0; 2 where a routine, name or value is wrong (with -: of any line; the others are answered).\n",
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
    .take = take,
};

static void print_text(const struct cost_answer *a, uint64_t flops)
{
    struct out out = {0};
    out_grouped(&out, flops);
    printf("%.*s FLOPs  %s  %s  %s\n", (int)out.length, out.data, cost_class_name(a->accuracy), a->formula, a->source);
    out_free(&out);
}

static void put_member(struct out *out, const char *key, const char *value)
{
    out_text(out, ", ");
    out_quoted(out, key, strlen(key));
    out_text(out, ": ");
    out_quoted(out, value, strlen(value));
}

static void print_json(const char *routine, const struct cost_answer *a, uint64_t flops)
{
    struct out out = {0};
    out_text(&out, "{\"routine\": ");
    out_quoted(&out, routine, strlen(routine));
    out_text(&out, ", \"flop_cost\": ");
    out_number(&out, flops);
    put_member(&out, "accuracy", cost_class_name(a->accuracy));
    put_member(&out, "formula", a->formula);
    put_member(&out, "source", a->source);
    printf("%.*s}\n", (int)out.length, out.data);
    out_free(&out);
}

static int answer(int count, const char *const *words, const struct options *options)
{
    struct cost_answer a;
    char error[512], shown[OPTIONS_SHOWN_BYTES];
    const int routine = cost_find(words[0]);
    if (routine < 0) {
        suggest_routine(words[0], error, sizeof error);
        fprintf(stderr, "flopshim cost: unknown routine '%s'%s\n", options_shown(words[0], shown), error);
        return STATUS_USAGE;
    }
    if (cost_evaluate(words[0], count - 1, words + 1, &a, error, sizeof error) < 0) {
        fprintf(stderr, "flopshim cost: %s\n", error);
        return STATUS_USAGE;
    }
    uint64_t flops = options->fma ? a.fma_cost : a.flop_cost;
    if (options->json)
        print_json(cost_routines[routine].name, &a, flops);
    else
        print_text(&a, flops);
    return 0;
}

static int answer_lines(const struct options *options)
{
    char *line = NULL;
    size_t size = 0;
    int status = 0;
    while (getline(&line, &size, stdin) >= 0) {
        const char *words[WORDS_MAX];
        int count = 0;
        char *rest;
        for (char *word = strtok_r(line, " \t\r\n", &rest); word && count < WORDS_MAX; word = strtok_r(NULL, " \t\r\n", &rest))
            words[count++] = word;
        if (count && *words[0] != '#')
            status |= answer(count, words, options);
    }
    free(line);
    return status;
}

int cmd_cost(int argc, char **argv)
{
    struct options options = {0};
    int status = options_read(&table, argc, argv, &options);
    if (status != OPTIONS_GO_ON)
        return status;
    if (optind == argc) {
        fputs("flopshim cost: no ROUTINE; see flopshim cost --help\n", stderr);
        return STATUS_USAGE;
    }
    if (argc - optind == 1 && strcmp(argv[optind], "-") == 0)
        return answer_lines(&options);
    return answer(argc - optind, (const char *const *)argv + optind, &options);
}
