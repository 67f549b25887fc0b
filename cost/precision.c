/* Precisions (precision.h): a routine is a family in one precision, whose letters stand before the family's name. */
#include "precision.h"
#include <string.h>

static bool is(const char *prefix, size_t length, const char *wanted)
{
    return strlen(wanted) == length && !memcmp(prefix, wanted, length);
}

/* What is not named by letters: gemm_f16f16f32 multiplies numbers of 16 bits, gemm_s8u8s32 integers. */
static enum cost_precision of_family(const char *family)
{
    return strstr(family, "f16") ? COST_HALF : COST_OTHER;
}

/* dsgesv factorizes in single and refines in double; dsdot and sdsdot add products of single numbers up in double. */
static enum cost_precision of_two(const char *prefix, const char *family)
{
    bool is_sum = !strcmp(family, "dot");
    if (*prefix == 'z')
        return COST_SINGLE_COMPLEX;
    return is_sum ? COST_DOUBLE : COST_SINGLE;
}

size_t cost_prefix_length(const struct cost_routine *routine)
{
    size_t name = strlen(cost_name(routine)), family = strlen(cost_family(routine));
    return name > family ? name - family : 0;
}

enum cost_precision cost_precision(const struct cost_routine *routine)
{
    const char *prefix = cost_name(routine), *family = cost_family(routine);
    size_t length = cost_prefix_length(routine);
    bool is_complex = routine->field != COST_FIELD_REAL;
    if (!length)
        return of_family(family);
    if (is(prefix, length, "sb") || is(prefix, length, "sh") || is(prefix, length, "b"))
        return COST_HALF;
    if (is(prefix, length, "ds") || is(prefix, length, "zc") || is(prefix, length, "sds"))
        return of_two(prefix, family);
    if (!strncmp(prefix, "fftw", 4))
        return is(prefix, length, "fftw_")    ? COST_DOUBLE_COMPLEX
               : is(prefix, length, "fftwf_") ? COST_SINGLE_COMPLEX
                                              : COST_OTHER;
    prefix += length == 2 && *prefix == 'i'; /* isamax, izamax: an index of numbers of the second letter */
    switch (*prefix) {
    case 's':
    case 'c': return is_complex ? COST_SINGLE_COMPLEX : COST_SINGLE;
    case 'd':
    case 'z': return is_complex ? COST_DOUBLE_COMPLEX : COST_DOUBLE;
    default: return COST_OTHER;
    }
}

const char *cost_precision_name(enum cost_precision precision)
{
    static const char *const names[] = {"half", "single", "single_complex", "double", "double_complex", "other"};
    return names[precision];
}
