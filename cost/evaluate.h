/* Prices a call that is described in words: "dgesv", {"n=1000", "nrhs=4"}. What `flopshim cost` answers. */
#pragma once
#include "cost.h"

struct cost_answer {
    uint64_t flop_cost; /* convention ops */
    uint64_t fma_cost;  /* convention fma */
    enum cost_class accuracy;
    const char *source;
    char formula[1024];
};

/* assignments: n strings name=value with LAPACK's names; values are integers (1000, 1e3) or an option's letter. A name
 * that the count does not need is accepted where the routine has such an argument. An absent one has its usual case
 * (defaults.c). Returns 0; or -1, and error says which name or value is wrong and what is accepted. */
int cost_evaluate(const char *routine, int n, const char *const *assignments, struct cost_answer *answer, char *error,
                  size_t size);

/* The routine's formula for convention ops: of its arguments, and of other routines' prices. Cut to size. */
void cost_formula(const struct cost_routine *r, char *out, size_t size);
