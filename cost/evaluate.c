#include "evaluate.h"
int cost_evaluate_line(const char *routine, const char *arguments, enum cost_convention convention, uint64_t *cost)
{
    (void)routine;
    (void)arguments;
    (void)convention;
    *cost = 0;
    return -1;
}
