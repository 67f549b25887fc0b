/* Bytes moved, by the generated rules (movement.h). */
#include "movement.h"
#include "movement_rules.h"
#include "precision.h"
#include <string.h>

/* By what stands before the family's name. Of a routine of two letters the numbers are those that its arrays hold. */
static const struct {
    const char *prefix;
    unsigned bytes;
} kinds[] = {
    {"s", 4},   {"d", 8},  {"c", 8},   {"z", 16},  {"is", 4}, {"id", 8}, {"ic", 8},  {"iz", 16}, {"sc", 8},
    {"dz", 16}, {"cs", 8}, {"zd", 16}, {"zc", 16}, {"sb", 2}, {"sh", 2}, {"sds", 4}, {"b", 2},   {"h", 2},
};

/* Bytes of one number of the routine's data; 0: they are of several kinds. */
static unsigned number_bytes(const struct cost_routine *routine)
{
    const char *name = cost_name(routine);
    size_t length = cost_prefix_length(routine);
    if (length == 2 && !strncmp(name, "ds", 2))
        return !strcmp(cost_family(routine), "dot") ? 4 : 8;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strlen(kinds[i].prefix) == length && !strncmp(kinds[i].prefix, name, length))
            return kinds[i].bytes;
    return !strcmp(name, "dnnl_sgemm") ? 4 : 0;
}

bool movement_bytes(const struct cost_routine *routine, const int64_t *value, uint64_t *bytes)
{
    unsigned rule = movement_rules[routine - cost_routines], each = number_bytes(routine);
    if (!rule || !each)
        return false;
    for (uint32_t i = 0; i < cost_dims(routine).count; i++)
        if (value[i] < 0) {
            *bytes = 0;
            return true;
        }
    count_t numbers = movement_numbers(rule, value);
    *bytes = numbers <= 0 ? 0 : cost_saturated(count_mul(numbers, each));
    return true;
}

/* The value behind "name=", an option's letter or an integer; NULL: that is none. *text goes on behind it. */
static bool read_value(const char **text, const char *name, int64_t *value)
{
    size_t length = strlen(name);
    const char *t = *text;
    if (strncmp(t, name, length) != 0 || t[length] != '=')
        return false;
    t += length + 1;
    bool negative = *t == '-', is_letter = *t >= 'A' && *t <= 'Z';
    t += negative;
    uint64_t number = is_letter ? (uint64_t)*t++ : 0;
    for (size_t digits = 0; !is_letter; digits++) {
        if (*t < '0' || *t > '9') {
            if (!digits)
                return false;
            break;
        }
        if (number > (INT64_MAX - 9) / 10)
            return false;
        number = number * 10 + (uint64_t)(*t++ - '0');
    }
    if (*t && (*t != ' ' || !t[1]))
        return false;
    *value = negative ? -(int64_t)number : (int64_t)number;
    *text = t + (*t == ' ');
    return true;
}

bool movement_of_shape(const struct cost_routine *routine, const char *text, uint64_t *bytes)
{
    int64_t value[COST_DIMS_MOST] = {0};
    const struct cost_dims lists[] = {cost_dims(routine), cost_options(routine)};
    size_t count = 0;
    for (int i = 0; i < 2; i++)
        for (uint32_t n = 0; n < lists[i].count && count < COST_DIMS_MOST; n++)
            if (!read_value(&text, lists[i].names[n], &value[count++]))
                return false;
    return !*text && movement_bytes(routine, value, bytes);
}
