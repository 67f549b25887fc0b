/* The exported names, sorted once: files have up to a hundred thousand symbols. */
#include "blas_names.h"
#include "cost.h"
#include "symbols.h"
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct named {
    const char *name;
    uint16_t routine;
};

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct named *)a)->name, ((const struct named *)b)->name);
}

static const struct named *sorted(void)
{
    static struct named *table;
    const char *name = forward_names;
    if (table || !(table = calloc(SYMBOL_COUNT, sizeof *table)))
        return table;
    for (unsigned i = 0; i < SYMBOL_COUNT; i++, name += strlen(name) + 1)
        table[i] = (struct named){name, forward_routines[i]};
    qsort(table, SYMBOL_COUNT, sizeof *table, compare);
    return table;
}

int blas_named(const char *name)
{
    const struct named *table = sorted(), key = {.name = name};
    const struct named *found = table ? bsearch(&key, table, SYMBOL_COUNT, sizeof *table, compare) : NULL;
    return found && strcasecmp(name, cost_name(&cost_routines[found->routine])) != 0 ? found->routine : -1;
}
