/* What a call costs, in FLOPs, from its dimension and option arguments alone.
 *
 * A routine is a family in one precision (dgemm). Its count is a number of multiplications and one of additions in the
 * routine's own field; a price weighs them by the convention. Pure functions of their arguments: no state, any thread,
 * integer arithmetic only, saturating at UINT64_MAX. The conventions and sources: cost/README.md. */
#pragma once
#include "ops.h"
#include <stddef.h>
#include <stdint.h>

/* Changes whenever the price of any call does. */
#define COST_MODEL "flopshim-4"

enum cost_class { COST_EXACT, COST_LEADING, COST_ESTIMATE };
enum cost_field { COST_FIELD_REAL, COST_FIELD_COMPLEX, COST_FIELD_MIXED /* complex data, counted in real operations */ };
enum cost_convention { COST_OPS, COST_FMA };

/* Its texts are places in cost_texts, so that the table needs no relocations. */
struct cost_routine {
    uint32_t id; /* a hash of the name: what tallies know it by */
    uint32_t name, family, takes, taken, args, kinds, mults, adds, source, idle;
    uint16_t count;   /* which of the counts is its own (counts.h) */
    uint16_t dims;    /* where its part of cost_dim_names begins: its dimensions, then its options */
    uint8_t field;    /* enum cost_field */
    uint8_t accuracy; /* enum cost_class */
};

/* Generated, and so are the tables below. */
extern const struct cost_routine cost_routines[];
extern const int cost_routine_count;
extern const char cost_texts[];

static inline const char *cost_name(const struct cost_routine *r)
{
    return cost_texts + r->name;
}

static inline const char *cost_family(const struct cost_routine *r)
{
    return cost_texts + r->family;
}

/* Names of all arguments, blank-separated, in the order of the Fortran face; and their kinds, one letter each: as in
 * cost_kinds, or a: an array, or what the routine leaves something in. */
static inline const char *cost_takes(const struct cost_routine *r)
{
    return cost_texts + r->takes;
}

static inline const char *cost_taken(const struct cost_routine *r)
{
    return cost_texts + r->taken;
}

/* Names of the arguments of the count, blank-separated, in the order of arg[]; and their kinds, one letter each: d dimension,
 * i other integer, o option, f flag, s scalar, w workspace length. */
static inline const char *cost_args(const struct cost_routine *r)
{
    return cost_texts + r->args;
}

static inline const char *cost_kinds(const struct cost_routine *r)
{
    return cost_texts + r->kinds;
}

/* Formulas. */
static inline const char *cost_mults(const struct cost_routine *r)
{
    return cost_texts + r->mults;
}

static inline const char *cost_adds(const struct cost_routine *r)
{
    return cost_texts + r->adds;
}

static inline const char *cost_source(const struct cost_routine *r)
{
    return cost_texts + r->source;
}

/* The scalar that makes the call one that computes nothing where it is 0; "": none. */
static inline const char *cost_idle(const struct cost_routine *r)
{
    return cost_texts + r->idle;
}

/* FLOPs of one call. arg: the values of routine.args; options are upper-case letters. 0 for a negative dimension, an
 * empty matrix (m or n is 0) and a workspace query (a negative workspace length). */
uint64_t cost_price(unsigned routine, const int64_t *arg, enum cost_convention convention);

/* Of one routine, in 64 bits, which takes a third of the instructions: a function of its own, cost_small_dgemm. Its answer is
 * cost_price()'s, or COST_NOT_SMALL: that is for cost_price_in_full() to say. */
typedef uint64_t cost_small_price(const int64_t *arg, enum cost_convention convention);
#define COST_NOT_SMALL UINT64_MAX
uint64_t cost_price_in_full(unsigned routine, const int64_t *arg, enum cost_convention convention);

/* The operations that this weighs; of a total that has no split all are mults. */
struct cost_ops cost_count(unsigned routine, const int64_t *arg);
uint64_t cost_saturated(count_t count);
uint64_t cost_weigh(const struct cost_routine *routine, struct cost_ops ops, enum cost_convention convention);

/* The integers that a call's shape is known by: every dimension, and what else of the kind its count depends on. */
enum { COST_DIMS_MOST = 8 };
struct cost_dims {
    uint32_t count;
    const char *const *names;
    const uint8_t *places; /* in the array that a stub hands to its charge */
};
struct cost_dims cost_dims(const struct cost_routine *routine);
/* The options that its count depends on: letters, and switches that are numbers. With the dimensions at most COST_DIMS_MOST. */
struct cost_dims cost_options(const struct cost_routine *routine);
extern const char *const cost_dim_names[]; /* of each different pair of lists, NULL at the end of each */
extern const uint8_t cost_dim_places[];

/* The index of a routine by its name or any exported one (dgemm, DGEMM, dgemm_, cblas_dgemm64_, LAPACKE_dgesv), in any case;
 * or -1. */
int cost_find(const char *name);

/* The routine of an id, which must be one's. */
const struct cost_routine *cost_routine_of(uint32_t id);
extern const uint32_t cost_id_mask;
extern const uint16_t cost_id_table[]; /* by id: index + 1, or 0 */

/* a + b and a * times (0 for a negative number of times), saturating. */
uint64_t cost_sum(uint64_t a, uint64_t b);
uint64_t cost_times(uint64_t a, int64_t times);

/* cost x multiplier truncated towards zero, as int(cost * multiplier) is in IEEE double arithmetic, without touching a
 * floating-point register. multiplier: a finite double > 0. A multiplier of 1 never rounds. Saturates. */
uint64_t cost_scale(uint64_t cost, double multiplier);

/* The same of costs below `below`: cost * by >> shift. One that has no such form has a `below` of 0. */
struct cost_factor {
    uint64_t by, below;
    unsigned shift; /* below 63 */
};
struct cost_factor cost_factor(double multiplier);

const char *cost_class_name(enum cost_class accuracy);
const char *cost_class_meaning(enum cost_class accuracy);
const char *cost_convention_name(enum cost_convention convention);
