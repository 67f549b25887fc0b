/* What a settled set of members adds up to. Sums have 128 bits: 2^64 processes of 2^64 FLOPs fit. */
#pragma once
#include "members.h"
#include "merge_sink.h"

#define MERGE_SCHEMA 1
#define MERGE_BEGIN "{\n  \"merge_schema_version\": " /* how a merge begins, */
#define MERGE_MEMBERS "\n  \"members\": [\n"          /* and its members, each a line */

/* Over all members. */
struct merge_row {
    const char *name_space; /* NULL: over all */
    const char *routine;    /* NULL: over all */
    wide flop_cost, calls, elapsed_ns, timed_flops;
    size_t members;            /* that have it */
    const struct member *last; /* of them */
    int accuracy;              /* the least sure of theirs */
};

/* A shape of a routine's calls, over all members. */
struct merge_shape {
    const char *routine;
    const char *shape; /* NULL: all calls whose shapes are not listed, the last row of a routine */
    wide flop_cost, calls;
    size_t members;                /* that have it */
    wide error_calls, error_flops; /* of the last row: no shape that is not listed had more, no listed one lacks more */
};

/* What a number of the members, such as their FLOPs, is like over those of which it is known. */
struct merge_spread {
    size_t members;
    const struct member *min_at, *max_at; /* the first in the order of members; NULL: it is known of none */
    wide min, max, sum;
    double deviation; /* standard, of the whole set */
};

struct merge_host {
    const char *host;
    size_t members, incomplete;
    wide flops_used, calls, refused_calls, blas_ns;
};

/* The MPI job that all members with ranks of one were counted with, where that is the same. */
struct merge_job {
    const char *name;
    uint32_t number;
    uint32_t ranks; /* 0: there is none, or more than one */
    bool has_budget;
    wide flop_budget;
    wide flops_used; /* by its ranks */
};

enum merge_number { MERGE_FLOPS, MERGE_CALLS, MERGE_BLAS_NS, MERGE_OUTSIDE_NS, MERGE_WALL_NS, MERGE_NUMBERS };

struct merge_sums {
    const struct members *members;
    struct merge_row *routines, *namespaces; /* by FLOPs, the most first */
    size_t routine_count, namespace_count;
    bool has_shapes;            /* they were recorded, at least by one member */
    struct merge_shape *shapes; /* by routine, in the order of those, and FLOPs */
    size_t shape_count;
    struct merge_host *hosts; /* by name */
    size_t host_count;
    struct merge_job job;
    struct merge_spread spreads[MERGE_NUMBERS];
    wide refused_calls;
    size_t incomplete; /* members */
    bool saturated;    /* a member's FLOPs stand for that many or more */
};

/* 0, or -1 where memory ran out. */
int merge_sum(const struct members *members, struct merge_sums *sums);
void merge_sums_free(struct merge_sums *sums);
/* False: it is not known. */
bool merge_number_of(const struct member *member, enum merge_number number, wide *value);
bool merge_is_time(enum merge_number number);
/* Sets the rows of shapes; the routines' are there. 0, or -1 where memory ran out. */
int merge_sum_shapes(const struct members *members, struct merge_sums *sums);

/* Writers; the JSON is read back by merge_read. */
void merge_json(const struct merge_sums *sums, struct merge_sink *sink);
void merge_text(const struct merge_sums *sums, struct merge_sink *sink);
/* One of both, by the name of the file (output_render in output.h, job_render in job.h). */
void merge_render(const char *path, void *sums, struct out *out);
void merge_csv(const struct merge_sums *sums, struct merge_sink *sink);
void merge_html(const struct merge_sums *sums, struct merge_sink *sink);
void merge_metrics(const struct merge_sums *sums, struct merge_sink *sink);
/* 2026-11-22T10:15:02.000001Z */
void merge_put_start(struct out *out, uint64_t start_us);
/* 1234567, or 1,234,567; the mean with three decimals, cut off */
void merge_put_wide(struct out *out, wide value, bool grouped);
void merge_put_mean(struct out *out, wide sum, size_t count, bool grouped);
/* Ranks of the job that no member has, or where no job is known those from 0 to the largest, as "3, 7-9", up to a number of
 * ranges; how many they are. */
size_t merge_put_missing(const struct merge_sums *sums, struct out *out);
/* What is left of the job's budget; negative where it was exceeded. */
void merge_put_remaining(const struct merge_job *job, struct out *out, bool grouped);
