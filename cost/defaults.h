/* What an argument is that a question to cost_evaluate leaves out, and which letters an option accepts. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* The usual case of an argument: a number or a letter, or the name of the argument whose value it takes (of the option
 * `side`: the order of the matrix on that side). Not known: the question must say it. */
struct usual_case {
    int64_t value;
    const char *same_as;
    bool known;
};

struct usual_case default_of(const char *family, const char *argument);

/* The letters that the option accepts of real or of complex data, or NULL: any. */
const char *default_letters(const char *family, const char *option, bool complex_data);

/* Whether the family rejects a step of 0: what works on a matrix does. */
bool default_step(const char *family);

/* The least and greatest value that an integer other than a dimension of the data may have. False: any. */
bool default_limits(const char *family, const char *argument, int64_t *least, int64_t *most);
