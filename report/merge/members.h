/* The set of processes that a merge is of. A member is known by its host, pid and start; what is merged is a union of sets, so
 * that order, grouping and repetition of files do not matter. Every number that is printed is worked out from the whole set, in
 * the order of the members. */
#pragma once
#include "summary_model.h"

#define MEMBER_NO_RANK (-1)

struct member_shape {
    const char *text;
    uint64_t calls;
    wide flop_cost;
};

/* The shapes of a use's calls, those with the most FLOPs first. What the use has beyond them were calls of other shapes. */
struct member_shapes {
    uint64_t error_calls; /* as a summary has them */
    wide error_flops;
    size_t count;
    struct member_shape rows[];
};

/* What was done by a routine in a namespace. Strings are shared: each text is kept once. */
struct member_use {
    const char *name_space;
    const char *routine;
    wide flop_cost;
    uint64_t calls;
    uint64_t elapsed_ns;
    wide timed_flops;
    int accuracy;                 /* enum cost_class */
    struct member_shapes *shapes; /* NULL: they were not recorded */
};

struct member {
    const char *host, *program; /* host, pid and start are its name */
    uint64_t start_us;
    uint32_t pid;
    uint32_t threads;
    uint32_t ranks; /* of the job that it was counted with; 0: with none */
    uint32_t job_number;
    int64_t rank; /* MEMBER_NO_RANK: not known */
    const char *job;
    const char *end_reason;
    uint32_t end_status;
    unsigned incomplete; /* enum ledger_incomplete */
    bool complete;
    bool is_tree;
    bool has_budget;
    wide flop_budget;
    wide flops_used;
    uint64_t calls;
    uint64_t wall_ns;
    uint64_t blas_ns;
    uint64_t threads_ns; /* all its threads together; 0: not known */
    uint64_t shim_ns;
    uint64_t refused_calls;
    const char *uncovered;   /* a line each */
    struct member_use *uses; /* by namespace and routine */
    size_t use_count;
};

struct members {
    struct member *list;
    size_t count, room;
    const char **strings; /* a hash table of the texts, its size a power of 2 */
    size_t string_count, string_room;
    const char *cost_model, *convention, *multiplier; /* of all; NULL: there is no member yet */
};

enum members_result { MEMBERS_ADDED, MEMBERS_NAMELESS, MEMBERS_UNLIKE, MEMBERS_NO_MEMORY };

/* Adds the process of a summary. MEMBERS_NAMELESS: it does not say of which process it is; MEMBERS_UNLIKE: it was counted by
 * another cost model, convention or multiplier than the members. */
enum members_result members_add(struct members *members, const struct summary *summary, int64_t rank);

/* Sorts by rank, host, pid and start, and joins what has one name: of two states of a process the later one stays, as the more
 * it has, and a rank that one of them has. Returns how many were given more than once. Nothing is added afterwards. */
size_t members_settle(struct members *members);
/* Leaves only the ranks of the MPI job of this number. */
void members_keep_job(struct members *members, uint32_t job_number);
void members_free(struct members *members);

/* The time that its threads were neither in BLAS nor in the shim. False: that is not known. */
bool member_outside(const struct member *member, uint64_t *outside_ns);
