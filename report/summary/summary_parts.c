/* What namespaces are made of (summary_parts.h). */
#include "summary_parts.h"
#include "cost.h"
#include "order.h"
#include "summary_time.h"
#include <string.h>

static int by_first_use(const void *left, const void *right, const void *context)
{
    const struct summary_operation *a = left;
    const struct summary_operation *b = right;
    (void)context;
    if (a->first_use != b->first_use)
        return a->first_use < b->first_use ? -1 : 1;
    return a->name == b->name ? 0 : strcmp(a->name, b->name);
}

void operations_sort(struct summary_operation *operations, size_t count)
{
    order_sort(operations, count, sizeof *operations, by_first_use, NULL);
}

/* Sorts the parts of one name: operations first, then accounts opened anew, then accounts opened again. */
static int rank_of(const struct part *part)
{
    return part->account ? 1 + (part->account->prior_flops != 0) : 0;
}

static int by_part(const void *left, const void *right, const void *context)
{
    const struct part *a = left;
    const struct part *b = right;
    (void)context;
    int order = strcmp(a->name, b->name);
    return order ? order : rank_of(a) - rank_of(b);
}

void parts_sort(struct part *parts, size_t count)
{
    order_sort(parts, count, sizeof *parts, by_part, NULL);
}

static void add_part(struct summary_namespace *to, const struct part *part, uint64_t end_ns)
{
    if (part->account) {
        to->time.wall_ns = cost_sum(to->time.wall_ns, time_of_context(part->account, end_ns));
        wide limit = part->account->limit_flops;
        /* A context opened again goes on with the budget it had. */
        if (!part->account->prior_flops || limit == LEDGER_UNLIMITED)
            to->flop_budget = wide_sum(to->flop_budget, limit);
        else if (limit > to->flop_budget)
            to->flop_budget = limit;
        to->has_budget = true;
        return;
    }
    to->operations = part->operations;
    to->operation_count = part->operation_count;
    operations_sort(to->operations, to->operation_count);
    for (size_t i = 0; i < to->operation_count; i++) {
        to->self.flops_used = wide_sum(to->self.flops_used, to->operations[i].flop_cost);
        to->self.calls = cost_sum(to->self.calls, to->operations[i].calls);
        to->queries = cost_sum(to->queries, to->operations[i].queries);
        to->time.blas_ns = cost_sum(to->time.blas_ns, to->operations[i].elapsed_ns);
        to->time.timed_flops = wide_sum(to->time.timed_flops, to->operations[i].timed_flops);
    }
    if (to->operation_count)
        to->first_use = to->operations[0].first_use;
}

size_t parts_fold(const struct part *parts, size_t count, uint64_t end_ns, struct summary_namespace *to)
{
    size_t i = 0;
    *to = (struct summary_namespace){.name = parts->name, .first_use = UINT64_MAX};
    for (; i < count && strcmp(parts[i].name, parts->name) == 0; i++)
        add_part(to, &parts[i], end_ns);
    if (to->flop_budget == LEDGER_UNLIMITED) {
        to->has_budget = false;
        to->flop_budget = 0;
    }
    return i;
}
