/* What every summary has, wherever it was read from: the one piece of memory that it lives in (mapped at once, handed out
 * front to back, unmapped at once) and the facts that follow from its fields. */
#include "summary_model.h"
#include "pages.h"
#include <string.h>

#define ALIGN ((size_t)16)

const char *const summary_incomplete_names[SUMMARY_INCOMPLETE_NAMES] = {"no_space", "dropped",  "ambiguous", "uncounted",
                                                                        "doubtful", "unclosed", "saturated"};

int summary_reserve(struct summary *summary, size_t bytes)
{
    bytes += ALIGN;
    void *arena = pages_borrow(bytes, true);
    if (!arena)
        return -1;
    summary->arena = arena;
    summary->arena_bytes = bytes;
    summary->arena_used = 0;
    return 0;
}

void *summary_alloc(struct summary *summary, size_t bytes)
{
    if (bytes > SIZE_MAX - ALIGN)
        return NULL;
    bytes = (bytes + ALIGN - 1) & ~(ALIGN - 1);
    if (bytes > summary->arena_bytes - summary->arena_used)
        return NULL;
    void *memory = (char *)summary->arena + summary->arena_used;
    summary->arena_used += bytes;
    return memory;
}

void summary_free(struct summary *summary)
{
    pages_return(summary->arena, summary->arena_bytes);
    *summary = (struct summary){0};
}

bool summary_is_within(const char *name, const char *outer)
{
    size_t length = strlen(outer);
    return strncmp(name, outer, length) == 0 && (!name[length] || (length && name[length] == '.'));
}

void summary_set_end(struct summary *summary, const char *end_reason, uint32_t end_status)
{
    summary->end_reason = end_reason;
    summary->end_status = end_status;
    summary->complete = !summary->incomplete && strcmp(end_reason, "unknown") != 0 && !summary_count_running(summary);
    if (summary->process_count) {
        summary->processes[summary->root_end].end_reason = end_reason;
        summary->processes[summary->root_end].end_status = end_status;
    }
}

size_t summary_count_running(const struct summary *summary)
{
    size_t running = 0;
    for (size_t i = 0; i < summary->process_count; i++)
        running += summary->processes[i].running;
    return running;
}

uint32_t summary_mark(const struct summary *summary)
{
    return 1 + (uint32_t)((summary->calls + summary->queries + summary->refused_calls) % UINT32_MAX);
}

bool summary_is_worth_a_file(const struct summary *summary)
{
    return summary->calls || summary->queries || summary->refused_calls || summary->has_context ||
           (summary->has_budget && *summary->uncovered);
}

const struct summary_namespace *summary_only_namespace(const struct summary *summary)
{
    const struct summary_namespace *only = NULL;
    for (size_t i = 0; i < summary->namespace_count; i++) {
        const struct summary_namespace *ns = &summary->namespaces[i];
        if (!ns->self.calls && !ns->has_budget)
            continue;
        if (only)
            return NULL;
        only = ns;
    }
    return only;
}

const char *summary_label(const struct summary *summary)
{
    const struct summary_namespace *only = summary_only_namespace(summary);
    if (!only || !*only->name)
        return NULL;
    bool own_budget = only->has_budget && (!summary->has_budget || only->flop_budget != summary->flop_budget);
    return own_budget ? NULL : only->name;
}

struct summary_use summary_others(const struct summary_operation *operation, const struct summary_histogram *histogram)
{
    struct summary_use other = {operation->flop_cost, operation->calls};
    for (size_t i = 0; i < histogram->count; i++) {
        const struct summary_shape *row = &histogram->rows[i];
        other.calls -= row->calls < other.calls ? row->calls : other.calls;
        other.flops_used -= row->flop_cost < other.flops_used ? row->flop_cost : other.flops_used;
    }
    return other;
}

bool summary_outside(const struct summary_time *time, uint64_t *outside_ns)
{
    uint64_t inside_ns = 0;
    bool known = time->wall_ns && !__builtin_add_overflow(time->blas_ns, time->shim_ns, &inside_ns) &&
                 inside_ns <= time->wall_ns;
    *outside_ns = known ? time->wall_ns - inside_ns : 0;
    return known;
}

bool summary_has_shapes(const struct summary *summary)
{
    for (size_t i = 0; i < summary->operation_count; i++)
        if (summary->operations[i].shapes.recorded)
            return true;
    return false;
}

bool summary_has_callers(const struct summary *summary)
{
    for (size_t i = 0; i < summary->operation_count; i++)
        if (summary->operations[i].callers.recorded)
            return true;
    return false;
}
