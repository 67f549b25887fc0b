/* The range of a routine. Counted was double precision: single precision runs the same operations. */
#include "ranges.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_BYTES 64

static int compare(const void *name, const void *range)
{
    return strcmp(name, ((const struct price_range *)range)->routine);
}

static const struct price_range *find(const char *name)
{
    return bsearch(name, price_ranges, (size_t)price_range_count, sizeof *price_ranges, compare);
}

/* Prefixes of one precision or two: sc is dz in double precision. */
static const struct {
    const char *single, *twice;
} precisions[] = {{"s", "d"}, {"c", "z"}, {"sc", "dz"}, {"cs", "zd"}, {"is", "id"}, {"ic", "iz"}};

const struct price_range *price_range_of(const struct cost_routine *routine)
{
    const char *name = cost_name(routine), *family = cost_family(routine);
    const struct price_range *own = find(name);
    const size_t length = strlen(name) - strlen(family);
    for (size_t i = 0; !own && i < sizeof precisions / sizeof *precisions; i++) {
        char other[NAME_BYTES];
        if (strlen(precisions[i].single) != length || strncmp(precisions[i].single, name, length) != 0)
            continue;
        snprintf(other, sizeof other, "%s%s", precisions[i].twice, family);
        own = find(other);
    }
    return own;
}
