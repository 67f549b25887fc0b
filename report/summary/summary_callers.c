/* Sorting brings the cells of a caller together, so that 10^6 of them take n log n (summary_callers.h). */
#include "summary_callers.h"
#include "cost.h"
#include "order.h"
#include "pages.h"
#include "summary_shapes.h"
#include <string.h>

static int descending(wide a, wide b)
{
    return (a < b) - (a > b);
}

static int by_caller(const void *left, const void *right, const void *context)
{
    const struct callers_cell *a = left, *b = right;
    (void)context;
    int order = callers_compare(a->row->caller, b->row->caller);
    order = order ? order : descending(a->row->flop_cost, b->row->flop_cost);
    return order ? order : strcmp(a->operation->name, b->operation->name);
}

static int by_cost(const void *left, const void *right, const void *context)
{
    const struct callers_use *a = left, *b = right;
    (void)context;
    int order = descending(a->flop_cost, b->flop_cost);
    order = order ? order : descending(a->calls, b->calls);
    return order ? order : callers_compare(a->caller, b->caller);
}

static size_t count_rows(const struct summary *s)
{
    size_t rows = 0;
    for (size_t i = 0; i < s->operation_count; i++)
        rows += s->operations[i].callers.count;
    return rows;
}

static void collect(struct callers *callers, const struct summary *s)
{
    size_t count = 0;
    for (size_t i = 0; i < s->operation_count; i++) {
        const struct summary_operation *operation = &s->operations[i];
        if (!operation->callers.recorded)
            continue;
        struct summary_use other = summary_others(operation, &operation->callers);
        callers->others.calls = cost_sum(callers->others.calls, other.calls);
        callers->others.flops_used = wide_sum(callers->others.flops_used, other.flops_used);
        callers->error_calls = cost_sum(callers->error_calls, operation->callers.error_calls);
        callers->error_flops = wide_sum(callers->error_flops, operation->callers.error_flops);
        for (size_t j = 0; j < operation->callers.count; j++)
            callers->cells[count++] = (struct callers_cell){operation, &operation->callers.rows[j]};
    }
    order_sort(callers->cells, count, sizeof *callers->cells, by_caller, NULL);
}

static void fold(struct callers *callers, size_t rows)
{
    for (size_t i = 0; i < rows; i++) {
        const struct summary_shape *row = callers->cells[i].row;
        struct callers_use *use = &callers->uses[callers->count];
        if (callers->count && !callers_compare(use[-1].caller, row->caller))
            use--;
        else
            *use = (struct callers_use){.caller = row->caller, .first = (callers->count++, i)};
        use->calls = cost_sum(use->calls, row->calls);
        use->flop_cost = wide_sum(use->flop_cost, row->flop_cost);
        use->count++;
    }
    order_sort(callers->uses, callers->count, sizeof *callers->uses, by_cost, NULL);
}

bool callers_open(struct callers *callers, const struct summary *summary)
{
    size_t rows = count_rows(summary);
    *callers = (struct callers){.bytes = rows * (sizeof *callers->uses + sizeof *callers->cells) + 1};
    callers->memory = pages_reserve(callers->bytes);
    if (!callers->memory)
        return false;
    callers->uses = callers->memory;
    callers->cells = (struct callers_cell *)(callers->uses + rows);
    collect(callers, summary);
    fold(callers, rows);
    return true;
}

void callers_close(struct callers *callers)
{
    pages_free(callers->memory, callers->bytes);
}
