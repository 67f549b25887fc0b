/* The model of a summary: what the text, JSON and CSV writers print, read from a ledger or from a JSON summary.
 *
 * Built in one mmap'ed arena, so that the shim can make one in any state of the process. Strings point into the ledger or
 * the arena and live as long as both. One thread at a time. */
#pragma once
#include "out.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SUMMARY_SCHEMA 1 /* of the JSON; raised when a key's meaning changes */

struct ledger_view;

/* By bit number of enum ledger_incomplete, as the JSON calls them. */
#define SUMMARY_INCOMPLETE_NAMES 4
extern const char *const summary_incomplete_names[SUMMARY_INCOMPLETE_NAMES];

struct summary_operation {
    const char *name;
    uint64_t flop_cost;
    uint64_t calls;
    uint64_t elapsed_ns;
    uint64_t timed_flops;
    uint64_t first_use;
    uint64_t nested_calls;
    int accuracy; /* enum cost_class */
};

/* The unlabelled namespace is "". */
struct summary_namespace {
    const char *name;
    bool has_budget;
    uint64_t flop_budget; /* of all contexts opened with this name, together */
    uint64_t flops_used;  /* and calls: where there is a budget, with the scopes inside; operations are its own alone */
    uint64_t calls;
    uint64_t first_use;
    struct summary_operation *operations;
    size_t operation_count;
};

struct summary_provider {
    const char *path;
    const char *name;
    const char *version;
    unsigned integer_bits;
};

struct summary {
    bool has_budget;
    uint64_t flop_budget;
    uint64_t flops_used; /* remaining = flop_budget - flops_used; negative where FLOP_ON_EXHAUSTED=warn let calls run */
    uint64_t calls;
    struct summary_operation *operations; /* over all namespaces, in order of first use */
    size_t operation_count;
    struct summary_namespace *namespaces; /* in order of first use */
    size_t namespace_count;
    struct summary_provider *providers;
    size_t provider_count;
    const char *version; /* of flopshim */
    const char *cost_model;
    const char *convention; /* "ops" or "fma" */
    double multiplier;
    bool complete;
    const char *end_reason; /* "exit" "exec" "signal" "exhausted" "unknown" */
    uint32_t end_status;    /* exit status or signal number */
    bool running;           /* set by who found the process alive; not in the JSON */
    unsigned incomplete;    /* enum ledger_incomplete: why not complete, where it ended by itself */
    uint64_t dropped_calls;
    uint64_t uncounted_calls;
    uint64_t refused_calls;
    uint64_t refused_cost;
    uint64_t refused_remaining;
    const char *refused_operation;
    const char *refused_namespace;
    uint64_t nested_calls;
    uint64_t accuracy_flops[3]; /* by enum cost_class */
    bool has_context;           /* a marker context was opened */
    const char *uncovered;      /* what could not be seen: lines, a newline between them, or "" */
    uint32_t pid;
    uint32_t ppid;
    uint32_t threads;
    const char *host;
    const char *program;
    const char *arguments; /* zero-terminated one behind the other */
    size_t arguments_bytes;
    uint64_t start_realtime_ns;
    uint64_t wall_ns;
    void *arena;
    size_t arena_bytes;
    size_t arena_used;
};

/* 0, or -1 where memory ran out. Used and calls are sums over the tallies; a namespace with nothing used and no budget is
 * left out. `namespace_`: NULL for the whole, else only tallies and accounts of that namespace and what is dotted below it
 * ("forward" covers "forward.attn"); the budget is then that namespace's. */
int summary_from_ledger(const struct ledger_view *view, const char *namespace_, struct summary *summary);
void summary_free(struct summary *summary);

/* For who builds a summary: the arena, and room in it (16-aligned, zeroed; NULL where the arena is used up). */
int summary_reserve(struct summary *summary, size_t bytes);
void *summary_alloc(struct summary *summary, size_t bytes);
/* Derive what is a sum of the rest: complete from end_reason and incomplete. */
void summary_set_end(struct summary *summary, const char *end_reason, uint32_t end_status);
/* Does `name` lie in the namespace `outer`: the same, or dotted below it? */
bool summary_is_within(const char *name, const char *outer);
/* What the header line of the text shows in brackets: the name of the only namespace, where that has no budget of its own;
 * else NULL. */
const char *summary_label(const struct summary *summary);
/* Anything to report: calls, refusals, or a context that was opened? Who has nothing writes no file. */
bool summary_is_worth_a_file(const struct summary *summary);

/* `label`: the namespace in the header line, or NULL. */
void summary_text(const struct summary *summary, const char *label, struct out *out);
void summary_json(const struct summary *summary, struct out *out);
void summary_csv(const struct summary *summary, struct out *out);
