/* FLOP_WEIGHTS (weights.h). The most specific line holds: of a routine before that of its family, that before its precision's.
 */
#include "weights.h"
#include "config_parse.h"
#include "cost.h"
#include "pages.h"
#include "path.h"
#include "precision.h"
#include "procfs.h"
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *text;
} ready[] = {
    {"dp-scaled", "double 2\ndouble_complex 2\nother 1\nsingle 1\nsingle_complex 1\nhalf 1\n"},
};

enum specific { NOWHERE, BY_PRECISION, BY_FAMILY, BY_ROUTINE };

static double *table; /* by index in cost_routines; NULL: none */
static uint8_t *said; /* enum specific */
static char label[WEIGHTS_LABEL_BYTES];

static const char *ready_text(const char *given)
{
    for (size_t i = 0; i < sizeof ready / sizeof *ready; i++)
        if (!strcmp(ready[i].name, given))
            return ready[i].text;
    return NULL;
}

bool weights_are_known(const char *given)
{
    return ready_text(given) || strpbrk(given, "/.");
}

static enum specific match(const struct cost_routine *routine, const char *name)
{
    return !strcmp(name, cost_name(routine))                             ? BY_ROUTINE
           : !strcmp(name, cost_family(routine))                         ? BY_FAMILY
           : !strcmp(name, cost_precision_name(cost_precision(routine))) ? BY_PRECISION
                                                                         : NOWHERE;
}

/* False: it is the name of nothing. */
static bool weigh(const char *name, double factor)
{
    bool found = false;
    for (int i = 0; i < cost_routine_count; i++) {
        enum specific by = match(&cost_routines[i], name);
        found |= by != NOWHERE;
        if (by == NOWHERE || by < said[i])
            continue;
        table[i] = factor;
        said[i] = (uint8_t)by;
    }
    return found;
}

/* A line, terminated. NULL: it is good, or nothing. */
static const char *take_line(char *line)
{
    char shown[MULTIPLIER_BYTES], *rest;
    double factor;
    line[strcspn(line, "#\r")] = 0;
    char *name = strtok_r(line, " \t", &rest), *number = strtok_r(NULL, " \t", &rest);
    if (!name)
        return NULL;
    if (!number || strtok_r(NULL, " \t", &rest))
        return "expected NAME FACTOR";
    if (!config_parse_multiplier(number, shown, &factor))
        return "expected a factor > 0, such as 0.5, behind the name";
    return weigh(name, factor) ? NULL : "expected a routine (dgemm), a family (gemm) or a precision (double, single_complex)";
}

static bool take_text(char *text, char *error, size_t size)
{
    int number = 0;
    while (text) {
        char *next = strchr(text, '\n');
        number++;
        if (next)
            *next++ = 0;
        const char *wrong = take_line(text);
        if (wrong) {
            snprintf(error, size, "line %d: %s", number, wrong);
            return false;
        }
        text = next;
    }
    return true;
}

/* FNV-1a. */
static uint64_t digest_of(const char *text)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    for (; *text; text++)
        sum = (sum ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return sum;
}

static bool read_text(const char *given, char *text, char *error, size_t size)
{
    const char *known = ready_text(given);
    size_t length = known ? strlen(known) : procfs_read(given, text, WEIGHTS_MOST_BYTES);
    if (known)
        memcpy(text, known, length + 1);
    if (length && length < WEIGHTS_MOST_BYTES - 1)
        return true;
    snprintf(error, size, length ? "the file has more than 65,534 bytes" : "there is no such file, or nothing in it");
    return false;
}

bool weights_load(const char *given, char *error, size_t size)
{
    size_t count = (size_t)cost_routine_count, bytes = count * (sizeof *table + 1) + WEIGHTS_MOST_BYTES;
    if (table)
        pages_free(table, bytes);
    table = NULL;
    double *weights = pages_get(bytes);
    if (!weights) {
        snprintf(error, size, "no memory");
        return false;
    }
    char *text = (char *)(weights + count);
    said = (uint8_t *)(text + WEIGHTS_MOST_BYTES);
    table = weights;
    for (size_t i = 0; i < count; i++)
        table[i] = 1;
    bool good = read_text(given, text, error, size);
    snprintf(label, sizeof label, "%.40s %016llx", path_base(given), (unsigned long long)digest_of(text));
    if (good && take_text(text, error, size))
        return true;
    pages_free(weights, bytes);
    table = NULL;
    label[0] = 0;
    return false;
}

bool weights_are_set(void)
{
    return table;
}

double weights_of(uint32_t routine)
{
    return table[cost_routine_of(routine) - cost_routines];
}

const char *weights_label(void)
{
    return label;
}
