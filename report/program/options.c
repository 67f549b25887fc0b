/* Reads options by their tables: getopt_long's rules (abbreviations, letters behind each other), messages of our own. */
#include "options.h"
#include "cmd.h"
#include "spelling.h"
#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum { ROWS_MAX = 24, WORDS_MAX = 16, WORDS_BYTES = 128, HELP_COLUMN = 26, LONG = 256 /* val of the first row's long form */ };

const char *options_shown(const char *typed, char *buffer)
{
    size_t length = strnlen(typed, OPTIONS_SHOWN_BYTES - 4);
    for (size_t i = 0; i < length; i++)
        buffer[i] = (unsigned char)typed[i] < ' ' || typed[i] == 0x7f ? '?' : typed[i];
    strcpy(buffer + length, typed[length] ? "..." : "");
    return buffer;
}

/* "text json csv" as {"text", "json", "csv"}, in a copy. */
static size_t split(const char *words, char *copy, const char **list)
{
    size_t count = 0;
    char *rest;
    snprintf(copy, WORDS_BYTES, "%s", words);
    for (char *word = strtok_r(copy, " ", &rest); word && count < WORDS_MAX; word = strtok_r(NULL, " ", &rest))
        list[count++] = word;
    return count;
}

int options_refuse(const char *verb, const struct option_row *row, const char *value, const char *expected, const char *words)
{
    char copy[WORDS_BYTES], shown[OPTIONS_SHOWN_BYTES];
    const char *list[WORDS_MAX];
    size_t count = words ? split(words, copy, list) : 0;
    const char *near = count ? spelling_nearest(value, list, count) : NULL;
    fprintf(stderr, "flopshim %s: --%s %s: expected %s", verb, row->name, options_shown(value, shown), expected);
    if (near)
        fprintf(stderr, "; did you mean %s?", near);
    fputs("\n", stderr);
    return STATUS_USAGE;
}

int options_check_output(const char *verb, const struct option_row *row, const char *value)
{
    const char *dot = strrchr(value, '.');
    if (!dot || strchr(dot, '/') || strcmp(dot, ".json") == 0 || strcmp(dot, ".txt") == 0)
        return 0;
    return options_refuse(verb, row, value, "a name that ends in .txt or .json, or has no extension", NULL);
}

const char *options_format(const char *format, const char *output)
{
    const char *dot = output ? strrchr(output, '.') : NULL;
    return format ? format : dot && strcmp(dot, ".json") == 0 ? "json" : "text";
}

static int check_words(const struct option_table *table, const struct option_row *row, const char *value)
{
    char copy[WORDS_BYTES], expected[WORDS_BYTES] = "";
    const char *list[WORDS_MAX];
    size_t count = split(row->words, copy, list);
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(value, list[i]))
            return 0;
        size_t used = strlen(expected);
        snprintf(expected + used, sizeof expected - used, "%s%s", !i ? "" : i + 1 < count ? ", " : " or ", list[i]);
    }
    return options_refuse(table->verb, row, value, expected, row->words);
}

static void print_help(const struct option_table *table)
{
    puts(table->head);
    for (size_t i = 0; i < table->count; i++) {
        const struct option_row *row = &table->rows[i];
        char start[64], letter[4] = {row->letter ? '-' : ' ', row->letter ? row->letter : ' ', row->letter ? ',' : ' ', 0};
        snprintf(start, sizeof start, "  %s --%s %s", letter, row->name, row->argument ? row->argument : "");
        printf("%-*s", HELP_COLUMN, start);
        for (const char *line = row->purpose; *line;) {
            size_t length = strcspn(line, "\n");
            printf("%.*s\n", (int)length, line);
            line += length + (line[length] == '\n');
            if (*line)
                printf("%*s", HELP_COLUMN, "");
        }
    }
    printf("\n%s", table->tail);
}

/* A long option that getopt did not take: it begins several, it is none, or it takes no value. */
static void complain_of_long(const struct option_table *table, const char *word)
{
    const char *names[ROWS_MAX];
    char name[OPTIONS_SHOWN_BYTES], shown[OPTIONS_SHOWN_BYTES];
    size_t length = strcspn(word += 2, "="), begun = 0;
    snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name - 1), word);
    options_shown(name, shown);
    for (size_t i = 0; i < table->count; i++) {
        names[i] = table->rows[i].name;
        begun += !strncmp(names[i], name, length);
    }
    if (begun > 1) {
        fprintf(stderr, "flopshim %s: --%s may be", table->verb, shown);
        for (size_t i = 0; i < table->count; i++)
            if (!strncmp(names[i], name, length))
                fprintf(stderr, " --%s", names[i]);
        fputs("\n", stderr);
        return;
    }
    const char *near = spelling_nearest(name, names, table->count);
    if (near)
        fprintf(stderr, "flopshim %s: unknown option --%s; did you mean --%s?\n", table->verb, shown, near);
    else
        fprintf(stderr, "flopshim %s: unknown option --%s; see flopshim %s --help\n", table->verb, shown, table->verb);
}

static int complain(const struct option_table *table, int letter, const char *word)
{
    const struct option_row *row = NULL;
    for (size_t i = 0; i < table->count; i++)
        if (optopt == LONG + (int)i || (optopt && optopt == table->rows[i].letter))
            row = &table->rows[i];
    if (row && letter == ':')
        fprintf(stderr, "flopshim %s: --%s needs a value: --%s %s\n", table->verb, row->name, row->name, row->argument);
    else if (row)
        fprintf(stderr, "flopshim %s: --%s takes no value\n", table->verb, row->name);
    else if (optopt)
        fprintf(stderr, "flopshim %s: unknown option -%c; see flopshim %s --help\n", table->verb,
                optopt > ' ' && optopt < 0x7f ? optopt : '?', table->verb);
    else
        complain_of_long(table, word);
    return STATUS_USAGE;
}

static const struct option_row *row_of(const struct option_table *table, int value)
{
    for (size_t i = 0; i < table->count; i++)
        if (value == LONG + (int)i || value == table->rows[i].letter)
            return &table->rows[i];
    return NULL;
}

static int take(const struct option_table *table, const struct option_row *row, const char *value, void *data)
{
    if (row == &table->rows[table->count - 1]) {
        print_help(table);
        return 0;
    }
    int status = row->words ? check_words(table, row, value) : 0;
    if (!status)
        status = table->take(row, value, data);
    return status ? status : OPTIONS_GO_ON;
}

int options_read(const struct option_table *table, int argc, char **argv, void *data)
{
    struct option names[ROWS_MAX + 1] = {{0}};
    char letters[2 * ROWS_MAX + 4];
    char *end = stpcpy(letters, table->until_command ? "+:" : ":");
    for (size_t i = 0; i < table->count; i++) {
        const struct option_row *row = &table->rows[i];
        names[i] = (struct option){row->name, row->argument ? required_argument : no_argument, NULL, LONG + (int)i};
        if (row->letter)
            end = stpcpy(end, (char[]){row->letter, row->argument ? ':' : 0, 0});
    }
    opterr = 0;
    for (int value; (value = getopt_long(argc, argv, letters, names, NULL)) != -1;) {
        const struct option_row *row = row_of(table, value);
        int status = row ? take(table, row, optarg, data) : complain(table, value, argv[optind - 1]);
        if (status != OPTIONS_GO_ON)
            return status;
    }
    return OPTIONS_GO_ON;
}
