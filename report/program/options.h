/* Options of the verbs: one table a verb, from which they are read, their help is printed and misspelt ones are told. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct option_row {
    const char *name;
    char letter;          /* 0: it has no short form */
    const char *argument; /* what the help calls it; NULL: it takes none */
    const char *words;    /* the values that it takes, blank-separated; NULL: `take` judges them */
    const char *purpose;  /* a line feed continues in the help's second column */
};

struct option_table {
    const char *verb;
    const char *head; /* of the help: the usage, and what the verb does */
    const char *tail; /* of the help: the exit status */
    const struct option_row *rows;
    size_t count;
    bool until_command; /* what follows the first argument is not ours */
    /* value: NULL where the option takes none. 0, or the exit status to leave with, after a message. */
    int (*take)(const struct option_row *row, const char *value, void *data);
};

#define OPTION_HELP                     \
    {                                   \
        "help", 'h', NULL, NULL, "this" \
    } /* every table's last row */
enum { OPTIONS_GO_ON = -1 };

/* Reads argv; optind is the first argument then. OPTIONS_GO_ON, or the exit status to leave with: 0 after the help, else after
 * a message that names the option. */
int options_read(const struct option_table *table, int argc, char **argv, void *data);

/* The message about a value that is not accepted, `expected` being in words, with the one of `words` that was meant (NULL:
 * none). Returns STATUS_USAGE. */
int options_refuse(const char *verb, const struct option_row *row, const char *value, const char *expected, const char *words);

/* For verbs that write text or JSON: --output's value, whose extension is to be one of these; 0, or as options_refuse. And the
 * format that was given, or else the one of that extension. */
int options_check_output(const char *verb, const struct option_row *row, const char *value);
const char *options_format(const char *format, const char *output);

/* Copies at most 200 bytes of what was typed to `buffer`, without control characters, for a message. */
const char *options_shown(const char *typed, char *buffer);
enum { OPTIONS_SHOWN_BYTES = 204 };
