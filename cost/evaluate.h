/* Prices a call that is described in words: "dgesv", {"n=1000", "nrhs=4"}. What `flopshim cost` answers. */
#pragma once
#include "cost.h"
#include <stdbool.h>

enum { COST_ARGUMENTS_MAX = 48, COST_BESIDE_MAX = 8 };

struct cost_argument {
    const char *name; /* `length` bytes; an option's value is its letter */
    int length;
    bool given; /* not the usual case */
    int64_t value;
};

/* A question, read: the arguments of the count, in its order, and the dimensions beside it whose values others may take. */
struct cost_question {
    const struct cost_routine *routine;
    int count, beside_count;
    struct cost_argument arguments[COST_ARGUMENTS_MAX], beside[COST_BESIDE_MAX];
    int64_t members, groups; /* of a batch */
    bool is_idle;            /* by the scalar of that name */
};

struct cost_answer {
    uint64_t flop_cost; /* convention ops */
    uint64_t fma_cost;  /* convention fma */
    enum cost_class accuracy;
    const char *source;
    char formula[1024];
};

/* assignments: n strings name=value with LAPACK's names; values are integers (1000, 1e3) or an option's letter. What the price
 * does not hang on is accepted where it can be checked (a leading dimension, a step, a scalar), else refused. An absent
 * argument has its usual case (defaults.c). Returns 0; or -1, and error says which name or value is wrong and what is accepted.
 */
int cost_question_read(struct cost_question *q, const char *routine, int n, const char *const *assignments, char *error,
                       size_t size);
void cost_question_answer(const struct cost_question *q, struct cost_answer *answer);

/* Both. */
int cost_evaluate(const char *routine, int n, const char *const *assignments, struct cost_answer *answer, char *error,
                  size_t size);

/* The operations of one call, in the routine's own field; of a total that has no split, real ones and total_only. */
struct cost_ops cost_question_ops(const struct cost_question *q);
