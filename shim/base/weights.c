/* FLOP_WEIGHTS and the weights of contexts (weights.h). The most specific line holds: of a routine before that of its family,
 * that before its precision's. */
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

/* While it is read: the weights, by index in cost_routines, and by what each was said. */
struct reading {
    double *weights;
    uint8_t *said; /* enum specific, of a routine */
};

static struct {
    double *weights;
    uint64_t digest;
} sets[WEIGHTS_SETS];
static uint32_t set_count;

static double *process_weights;
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
static bool weigh(const struct reading *r, const char *name, double factor)
{
    bool found = false;
    for (int i = 0; i < cost_routine_count; i++) {
        enum specific by = match(&cost_routines[i], name);
        found |= by != NOWHERE;
        if (by == NOWHERE || by < r->said[i])
            continue;
        r->weights[i] = factor;
        r->said[i] = (uint8_t)by;
    }
    for (enum cost_precision i = 0; i < COST_PRECISIONS; i++)
        if (!strcmp(name, cost_precision_name(i)))
            r->weights[(unsigned)cost_routine_count + i] = factor;
    return found;
}

/* A line, terminated. NULL: it is good, or nothing. */
static const char *take_line(const struct reading *r, char *line)
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
    return weigh(r, name, factor) ? NULL
                                  : "expected a routine (dgemm), a family (gemm) or a precision (double, single_complex)";
}

static bool take_text(const struct reading *r, char *text, char *error, size_t size)
{
    int number = 0;
    while (text) {
        char *next = strchr(text, '\n');
        number++;
        if (next)
            *next++ = 0;
        const char *wrong = take_line(r, text);
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

/* From lines, which are cut to pieces. NULL: what is wrong is in `error`. */
static double *make(char *text, char *error, size_t size)
{
    size_t count = (size_t)cost_routine_count + COST_PRECISIONS, bytes = count * (sizeof(double) + 1);
    struct reading r = {.weights = pages_get(bytes)};
    if (!r.weights) {
        snprintf(error, size, "no memory");
        return NULL;
    }
    r.said = (uint8_t *)(r.weights + count);
    for (size_t i = 0; i < count; i++)
        r.weights[i] = 1;
    if (take_text(&r, text, error, size))
        return r.weights;
    pages_free(r.weights, bytes);
    return NULL;
}

bool weights_load(const char *given, char *error, size_t size)
{
    char *text = pages_get(WEIGHTS_MOST_BYTES);
    if (!text) {
        snprintf(error, size, "no memory");
        return false;
    }
    bool good = read_text(given, text, error, size);
    if (good) {
        snprintf(label, sizeof label, "%.40s %016llx", path_base(given), (unsigned long long)digest_of(text));
        process_weights = make(text, error, size);
        good = process_weights;
    }
    if (!good)
        label[0] = 0;
    pages_free(text, WEIGHTS_MOST_BYTES);
    return good;
}

const double *weights_of_process(void)
{
    return process_weights;
}

static uint32_t add(char *text, char *error, size_t size)
{
    uint64_t digest = digest_of(text);
    for (uint32_t i = 0; i < set_count; i++)
        if (sets[i].digest == digest)
            return i + 1;
    if (set_count == WEIGHTS_SETS) {
        snprintf(error, size, "this process has %d different sets of weights already", WEIGHTS_SETS);
        return 0;
    }
    sets[set_count].digest = digest;
    sets[set_count].weights = make(text, error, size);
    if (sets[set_count].weights)
        return ++set_count;
    return 0;
}

uint32_t weights_add(const char *given, char *error, size_t size)
{
    const char *known = ready_text(given);
    const char *source = known ? known : given;
    size_t length = strlen(source);
    char *text = length < WEIGHTS_MOST_BYTES ? pages_get(WEIGHTS_MOST_BYTES) : NULL;
    if (!text) {
        snprintf(error, size, "no memory for %zu bytes", length);
        return 0;
    }
    memcpy(text, source, length + 1);
    uint32_t number = add(text, error, size);
    pages_free(text, WEIGHTS_MOST_BYTES);
    return number;
}

const double *weights_set(uint32_t number)
{
    return number && number <= set_count ? sets[number - 1].weights : NULL;
}

double weights_of(const double *weights, uint32_t routine)
{
    return weights[cost_routine_of(routine) - cost_routines];
}

double weights_of_precision(const double *weights, unsigned precision)
{
    return weights[(unsigned)cost_routine_count + precision];
}

const char *weights_label(void)
{
    return label;
}
