/* Sums by precision (precisions.h). */
#include "precisions.h"
#include <string.h>

/* The operation that a program deducts may have any name, and a routine's own is one that it has for all that is known. */
static enum cost_precision precision_of(const char *operation)
{
    int routine = cost_find(operation);
    return routine >= 0 && !strcmp(cost_name(&cost_routines[routine]), operation) ? cost_precision(&cost_routines[routine])
                                                                                  : COST_OTHER;
}

void precisions_add_up(const struct summary *s, struct summary_use uses[COST_PRECISIONS])
{
    memset(uses, 0, COST_PRECISIONS * sizeof *uses);
    for (size_t i = 0; i < s->operation_count; i++) {
        const struct summary_operation *operation = &s->operations[i];
        struct summary_use *use = &uses[precision_of(operation->name)];
        use->flops_used = cost_sum(use->flops_used, operation->flop_cost);
        use->calls = cost_sum(use->calls, operation->calls);
    }
}
