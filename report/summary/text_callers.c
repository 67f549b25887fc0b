/* The callers with the most FLOPs: as many rows as a screen takes; the JSON summary has them all. A function has one row, from
 * however many places in it the calls came. */
#include "text_callers.h"
#include "cost.h"
#include "order.h"
#include "path.h"
#include "summary_callers.h"
#include "text_rows.h"
#include <string.h>

#define ROWS 20

static void put_hexadecimal(struct out *out, uint64_t value)
{
    char digits[16];
    size_t count = 0;
    do
        digits[count++] = "0123456789abcdef"[value & 15];
    while ((value >>= 4) != 0);
    out_text(out, "+0x");
    while (count)
        out_bytes(out, &digits[--count], 1);
}

/* train.py:12 (step); solve (solver.c, app); solve (app); app+0x1234 */
void text_put_caller(struct out *out, const struct summary_caller *caller)
{
    const char *object = path_base(caller->object), *file = path_base(caller->file);
    if (!*caller->object && !*caller->file) {
        out_text(out, "(code made at run time, or a place that is not known)");
    } else if (!*caller->object) {
        text_put_name(out, caller->file);
        out_text(out, ":");
        out_number(out, caller->line);
        out_text(out, " (");
        text_put_name(out, caller->function);
        out_text(out, ")");
    } else if (*caller->function) {
        text_put_name(out, caller->function);
        out_text(out, " (");
        text_put_name(out, file);
        out_text(out, *file ? ", " : "");
        text_put_name(out, object);
        out_text(out, ")");
    } else {
        text_put_name(out, object);
        put_hexadecimal(out, caller->address);
    }
}

/* Do they read the same: two places in one function? */
static bool is_same(const struct summary_caller *a, const struct summary_caller *b)
{
    return *a->object && *a->function && !strcmp(a->object, b->object) && !strcmp(a->file, b->file) &&
           !strcmp(a->function, b->function);
}

static int by_name(const void *left, const void *right, const void *context)
{
    const struct callers_use *a = left, *b = right;
    (void)context;
    int order = strcmp(a->caller->object, b->caller->object);
    order = order ? order : strcmp(a->caller->file, b->caller->file);
    return order ? order : strcmp(a->caller->function, b->caller->function);
}

static int by_cost(const void *left, const void *right, const void *context)
{
    const struct callers_use *a = left, *b = right;
    int order = text_descending(a->flop_cost, b->flop_cost);
    order = order ? order : text_descending(a->calls, b->calls);
    order = order ? order : by_name(left, right, context);
    return order ? order : text_descending(b->caller->address, a->caller->address);
}

static void fold_functions(struct callers *callers)
{
    size_t count = 0;
    order_sort(callers->uses, callers->count, sizeof *callers->uses, by_name, NULL);
    for (size_t i = 0; i < callers->count; i++) {
        if (!count || !is_same(callers->uses[count - 1].caller, callers->uses[i].caller)) {
            callers->uses[count++] = callers->uses[i];
            continue;
        }
        callers->uses[count - 1].calls = cost_sum(callers->uses[count - 1].calls, callers->uses[i].calls);
        callers->uses[count - 1].flop_cost = wide_sum(callers->uses[count - 1].flop_cost, callers->uses[i].flop_cost);
    }
    callers->count = count;
    order_sort(callers->uses, count, sizeof *callers->uses, by_cost, NULL);
}

static void put_numbers(struct out *out, wide flops, uint64_t calls, wide whole, size_t width)
{
    out_text(out, "    ");
    text_put_number(out, flops, width);
    text_put_share(out, flops, whole);
    out_text(out, "  [");
    text_put_calls(out, calls);
    out_text(out, "]  ");
}

static void put_rest(struct out *out, const struct callers *callers, wide whole, size_t width)
{
    struct summary_use rest = {0};
    for (size_t i = ROWS; i < callers->count; i++) {
        rest.flops_used = wide_sum(rest.flops_used, callers->uses[i].flop_cost);
        rest.calls = cost_sum(rest.calls, callers->uses[i].calls);
    }
    if (callers->count > ROWS) {
        put_numbers(out, rest.flops_used, rest.calls, whole, width);
        out_text(out, "(");
        out_grouped(out, callers->count - ROWS);
        out_text(out, callers->count - ROWS == 1 ? " caller more)\n" : " callers more)\n");
    }
    if (!callers->others.calls && !callers->others.flops_used)
        return;
    put_numbers(out, callers->others.flops_used, callers->others.calls, whole, width);
    out_text(out, "(others, each at most ");
    text_put_calls(out, callers->error_calls);
    out_text(out, " and ");
    out_grouped(out, callers->error_flops);
    out_text(out, " FLOPs)\n");
}

void text_callers(const struct summary *summary, struct out *out)
{
    struct callers callers;
    size_t width = TEXT_NUMBER_WIDTH;
    if (!summary_has_callers(summary))
        return;
    if (!callers_open(&callers, summary)) {
        out->failed = true;
        return;
    }
    fold_functions(&callers);
    for (size_t i = 0; i < callers.count; i++)
        width = text_larger(width, text_grouped_width(callers.uses[i].flop_cost));
    text_put_heading(out, "By caller:\n");
    for (size_t i = 0; i < callers.count && i < ROWS; i++) {
        put_numbers(out, callers.uses[i].flop_cost, callers.uses[i].calls, summary->flops_used, width);
        text_put_caller(out, callers.uses[i].caller);
        out_text(out, "\n");
    }
    put_rest(out, &callers, summary->flops_used, width);
    callers_close(&callers);
}

void text_log(const struct summary *summary, struct out *out)
{
    if (!summary->log.recorded)
        return;
    text_put_heading(out, "Call log:     ");
    text_put_number(out, summary->log.calls, TEXT_TOTAL_WIDTH);
    if (summary->log.overwritten) {
        out_text(out, "  (the newest; ");
        out_grouped(out, summary->log.overwritten);
        out_text(out, " older ones were overwritten)");
    }
    out_text(out, "\n");
}
