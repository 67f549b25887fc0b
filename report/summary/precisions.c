/* Sums by precision (precisions.h). */
#include "precisions.h"
#include <string.h>

/* By its exact name: cost_find, which knows other spellings, is many times as slow. */
int precisions_routine(const char *operation)
{
    for (int i = 0; i < cost_routine_count; i++)
        if (!strcmp(cost_name(&cost_routines[i]), operation))
            return i;
    return -1;
}

enum cost_precision precisions_of(const char *operation)
{
    int routine = precisions_routine(operation);
    return routine < 0 ? COST_OTHER : cost_precision(&cost_routines[routine]);
}

void precisions_add_up(const struct summary *s, struct summary_use uses[COST_PRECISIONS])
{
    memset(uses, 0, COST_PRECISIONS * sizeof *uses);
    for (size_t i = 0; i < s->operation_count; i++) {
        const struct summary_operation *operation = &s->operations[i];
        struct summary_use *use = &uses[precisions_of(operation->name)];
        use->flops_used = wide_sum(use->flops_used, operation->flop_cost);
        use->calls = cost_sum(use->calls, operation->calls);
    }
}
