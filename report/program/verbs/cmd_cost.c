/* flopshim cost: what a call would cost, without running anything. */
#include "cmd.h"
#include "evaluate.h"
#include "options.h"
#include "out.h"
#include "ranges.h"
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
    {"explain", 'x', NULL, NULL,
     "also the arguments with their usual cases, the operations, what the class means, and where it was checked"},
    OPTION_HELP,
};

struct options {
    bool json, fma, explain;
    bool lines; /* a question a line: an answer too, whatever it is */
};

static int take(const struct option_row *row, const char *value, void *data)
{
    struct options *options = data;
    if (row->letter == 'f')
        options->json = strcmp(value, "json") == 0;
    else if (row->letter == 'x')
        options->explain = true;
    else
        options->fma = strcmp(value, "fma") == 0;
    return 0;
}

static const struct option_table table = {
    .verb = "cost",
    .head =
        "usage: flopshim cost ROUTINE [NAME=VALUE...] [--format text|json] [--convention ops|fma] [--explain]\n"
        "       flopshim cost - [OPTIONS]      a question a line on stdin: dgemm m=512 n=512 k=512\n\n"
        "Prices a call from its arguments, under LAPACK's own names: integers (1000, 1e3), options as letters (jobz=S uplo=L\n"
        "trans=T). What is left out has LAPACK's usual case (lda = m, ilo = 1, ihi = n). ROUTINE may be any name that the\n"
        "library answers to: dgemm, DGEMM, dgemm_, cblas_dgemm, LAPACKE_dgesv.\n",
    .tail = "Exit status: 0; 2 where a routine, name or value is wrong. With -, each question has one line of answer, an error "
            "as well:\n"
            "error: WHY, or with --format json {\"error\": WHY}; the status is 2 where there was any.\n",
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
    .take = take,
};

/* An answered question, and the price by the convention that was asked for. */
struct answered {
    struct cost_question question;
    struct cost_answer answer;
    enum cost_convention convention;
    uint64_t flops;
};

static void put_argument(struct out *out, const struct cost_question *q, int i, bool json)
{
    const struct cost_argument *a = &q->arguments[i];
    const bool letter = cost_kinds(q->routine)[i] == 'o';
    out_text(out, i ? json ? ", " : " " : "");
    if (json)
        out_quoted(out, a->name, (size_t)a->length);
    else
        out_bytes(out, a->name, (size_t)a->length);
    out_text(out, json ? ": " : "=");
    if (letter && json)
        out_quoted(out, (const char[]){(char)a->value}, 1);
    else if (letter)
        out_bytes(out, (const char[]){(char)a->value}, 1);
    else {
        const uint64_t size = a->value < 0 ? -(uint64_t)a->value : (uint64_t)a->value;
        out_text(out, a->value < 0 ? "-" : "");
        out_number(out, size);
    }
    if (!a->given && !json)
        out_text(out, " (usual)");
}

static void put_line(struct out *out, const char *what)
{
    const size_t start = out->length;
    out_text(out, "  ");
    out_text(out, what);
    out_pad(out, start, 14);
}

static void put_operations(struct out *out, const struct answered *a)
{
    const struct cost_ops ops = cost_question_ops(&a->question);
    const bool complex_field = a->question.routine->field == COST_FIELD_COMPLEX;
    const uint64_t mults = cost_saturated(ops.mults), adds = cost_saturated(ops.adds);
    out_grouped(out, mults);
    out_text(out, ops.total_only ? " real operations" : complex_field ? " complex multiplications, " : " multiplications, ");
    if (!ops.total_only) {
        out_grouped(out, adds);
        out_text(out, " additions");
    }
    if (a->convention == COST_FMA)
        out_text(out, ops.total_only ? "; two of them are 1" : complex_field ? "; a pair is 4" : "; a pair is 1");
    else if (!ops.total_only)
        out_text(out, complex_field ? "; 6 and 2 each" : "; 1 each");
}

static void put_percent(struct out *out, int32_t tenths)
{
    out_text(out, tenths < 0 ? "-" : tenths > 0 ? "+" : "");
    out_number(out, (unsigned)abs(tenths) / 10);
    out_text(out, ".");
    out_number(out, (unsigned)abs(tenths) % 10);
    out_text(out, " %");
}

static void put_difference(struct out *out, const struct price_range *range, enum cost_class accuracy)
{
    if (range->low == 0 && range->high == 0) {
        out_text(out, ": the price is what was executed");
        return;
    }
    out_text(out, ": price against executed ");
    put_percent(out, range->low);
    if (range->high != range->low) {
        out_text(out, " to ");
        put_percent(out, range->high);
    }
    out_text(out, accuracy == COST_EXACT ? ", all of it what is not charged (alpha, beta, comparisons ...)" : "");
}

static void put_range(struct out *out, const struct answered *a)
{
    const struct price_range *range = price_range_of(a->question.routine);
    if (!range) {
        out_text(out, "by hand, not against counted calls\n");
        return;
    }
    out_number(out, (unsigned)range->calls);
    out_text(out, range->calls == 1 ? " counted call of " : " counted calls of ");
    out_text(out, range->routine);
    out_text(out, range->to ? ", n = " : "");
    if (range->to)
        out_number(out, (unsigned)range->from);
    if (range->to > range->from) {
        out_text(out, " to ");
        out_number(out, (unsigned)range->to);
    }
    put_difference(out, range, a->answer.accuracy);
    out_text(out, "\n");
}

static void explain_text(struct out *out, const struct answered *a)
{
    const struct cost_question *q = &a->question;
    put_line(out, "call");
    out_text(out, cost_name(q->routine));
    out_text(out, *cost_args(q->routine) ? " " : "");
    for (int i = 0; i < q->count; i++)
        if (q->arguments[i].given || cost_kinds(q->routine)[i] != 'w')
            put_argument(out, q, i, false);
    out_text(out, "\n");
    put_line(out, "operations");
    put_operations(out, a);
    if (q->members != 1 || q->groups != 1) {
        out_text(out, "; times ");
        out_grouped(out, cost_times((uint64_t)q->members, q->groups));
    }
    out_text(out, "\n");
    put_line(out, "class");
    out_text(out, cost_class_name(a->answer.accuracy));
    out_text(out, ": ");
    out_text(out, cost_class_meaning(a->answer.accuracy));
    out_text(out, "\n");
    put_line(out, "source");
    out_text(out, a->answer.source);
    out_text(out, "\n");
    put_line(out, "checked");
    put_range(out, a);
}

static void put_text(struct out *out, const struct answered *a, const struct options *options)
{
    out_grouped(out, a->flops);
    out_text(out, " FLOPs  ");
    out_text(out, cost_class_name(a->answer.accuracy));
    out_text(out, "  ");
    out_text(out, a->answer.formula);
    out_text(out, "  ");
    out_text(out, a->answer.source);
    out_text(out, "\n");
    if (options->explain)
        explain_text(out, a);
}

static void put_member(struct out *out, const char *key, const char *value)
{
    out_text(out, ", ");
    out_quoted(out, key, strlen(key));
    out_text(out, ": ");
    out_quoted(out, value, strlen(value));
}

static void put_count(struct out *out, const char *key, count_t count)
{
    out_text(out, ", \"");
    out_text(out, key);
    out_text(out, "\": ");
    out_number(out, cost_saturated(count));
}

/* null: counted was none. */
static void range_json(struct out *out, const struct cost_routine *routine)
{
    const struct price_range *range = price_range_of(routine);
    char text[160] = "null";
    if (range)
        snprintf(text, sizeof text,
                 "{\"calls\": %d, \"of\": \"%s\", \"from\": %d, \"to\": %d, \"low_percent\": %.1f, \"high_percent\": %.1f}",
                 range->calls, range->routine, range->from, range->to, range->low / 10.0, range->high / 10.0);
    out_text(out, ", \"checked\": ");
    out_text(out, text);
}

static void explain_json(struct out *out, const struct answered *a)
{
    const struct cost_question *q = &a->question;
    const struct cost_ops ops = cost_question_ops(q);
    out_text(out, ", \"arguments\": {");
    for (int i = 0; i < q->count; i++)
        put_argument(out, q, i, true);
    out_text(out, "}");
    put_count(out, ops.total_only ? "real_operations" : "multiplications", ops.mults);
    if (!ops.total_only)
        put_count(out, "additions", ops.adds);
    put_member(out, "accuracy_means", cost_class_meaning(a->answer.accuracy));
    range_json(out, q->routine);
}

static void put_json(struct out *out, const struct answered *a, const struct options *options)
{
    const char *routine = cost_name(a->question.routine);
    out_text(out, "{\"routine\": ");
    out_quoted(out, routine, strlen(routine));
    out_text(out, ", \"flop_cost\": ");
    out_number(out, a->flops);
    put_member(out, "accuracy", cost_class_name(a->answer.accuracy));
    put_member(out, "formula", a->answer.formula);
    put_member(out, "source", a->answer.source);
    if (options->explain)
        explain_json(out, a);
    out_text(out, "}\n");
}

static int fail(const char *error, const struct options *options)
{
    struct out out = {0};
    if (options->json) {
        out_text(&out, "{\"error\": ");
        out_quoted(&out, error, strlen(error));
        out_text(&out, "}");
    } else {
        out_text(&out, "error: ");
        out_text(&out, error);
    }
    if (options->lines)
        printf("%.*s\n", (int)out.length, out.data);
    else
        fprintf(stderr, "flopshim cost: %s\n", error);
    out_free(&out);
    return STATUS_USAGE;
}

static int answer(int count, const char *const *words, const struct options *options)
{
    struct answered a = {.convention = options->fma ? COST_FMA : COST_OPS};
    char error[512], shown[OPTIONS_SHOWN_BYTES];
    if (cost_find(words[0]) < 0) {
        int length = snprintf(error, sizeof error, "unknown routine '%s'", options_shown(words[0], shown));
        suggest_routine(words[0], error + length, sizeof error - (size_t)length);
        return fail(error, options);
    }
    if (cost_question_read(&a.question, words[0], count - 1, words + 1, error, sizeof error))
        return fail(error, options);
    cost_question_answer(&a.question, &a.answer);
    a.flops = options->fma ? a.answer.fma_cost : a.answer.flop_cost;
    struct out out = {0};
    (options->json ? put_json : put_text)(&out, &a, options);
    fwrite(out.data, 1, out.length, stdout);
    out_free(&out);
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
        if (count == WORDS_MAX)
            status |= fail("more than 63 arguments", options);
        else if (count && *words[0] != '#')
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
    options.lines = argc - optind == 1 && strcmp(argv[optind], "-") == 0;
    if (options.lines)
        return answer_lines(&options);
    return answer(argc - optind, (const char *const *)argv + optind, &options);
}
