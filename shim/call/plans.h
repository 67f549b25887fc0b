/* Plans: what a program has prepared and executes later, any number of times (a transform of FFTW's). A function that makes
 * one tells its size, one that executes it has nothing but its address; so the price is worked out when it is made.
 *
 * The table is bounded and never moves an entry. Readers take no lock, nor do writers; a plan that finds no place in it is
 * one that was not seen. Any thread. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PLAN_ARGS = 8 };

struct plan {
    const void *key;        /* its address */
    uint64_t cost[2];       /* by enum cost_convention */
    int64_t arg[PLAN_ARGS]; /* of the count */
    uint32_t routine;
    bool is_counted;
};

/* NULL: it was not seen. What is returned holds as long as the plan does. */
const struct plan *plans_find(const void *key);

/* Fill in a plan of the routine with this place in the table of counts, all but its key. arg: `count` values. */
void plans_fill(struct plan *plan, unsigned index, const int64_t *arg, size_t count);

/* The plan with this address was made. */
void plans_put(const void *key, const struct plan *plan);
/* Both. */
void plans_note(const void *key, unsigned index, const int64_t *arg, size_t count);

/* It is about to end. */
void plans_forget(const void *key);

/* The cost of executing a plan that was not seen, 0: the summary says so, but of none at all (NULL, which MKL takes). */
uint64_t plans_unseen(const void *key);

/* The product of `rank` lengths (32 bits, or 64 where they are wide), one every `step` bytes; 0 where rank says that there is
 * nothing (FFTW's minus infinity, or below 0). Saturates. */
int64_t plans_product(const void *lengths, int64_t rank, size_t step, bool wide);
int64_t plans_times(int64_t a, int64_t b);

/* How many ranks share the work of this communicator of MPI: asks MPI, which has it. */
int64_t plans_ranks(void *communicator);
