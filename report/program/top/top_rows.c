/* Rows are joined and compared by a key: name, process, thread, image. */
#include "top_rows.h"
#include "cost.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const top_tab_names[TOP_TABS] = {"routines", "namespaces", "processes", "threads"};
const char *const top_sort_names[TOP_SORTS] = {"flops", "rate", "calls", "time", "name", "pid"};

struct top_row *top_rows_add(struct top_rows *rows)
{
    if (rows->count == rows->capacity) {
        size_t capacity = rows->capacity ? 2 * rows->capacity : 32;
        struct top_row *more = realloc(rows->list, capacity * sizeof *more);
        if (!more) {
            rows->failed = true;
            return NULL;
        }
        rows->list = more;
        rows->capacity = capacity;
    }
    struct top_row *row = &rows->list[rows->count++];
    *row = (struct top_row){0};
    return row;
}

void top_rows_append(struct top_rows *rows, const struct top_rows *more)
{
    for (size_t i = 0; i < more->count; i++) {
        struct top_row *row = top_rows_add(rows);
        if (row)
            *row = more->list[i];
    }
    rows->failed |= more->failed;
}

void top_rows_free(struct top_rows *rows)
{
    free(rows->list);
    *rows = (struct top_rows){0};
}

/* ---- rows that are of the same ---- */

static int compare_numbers(wide a, wide b)
{
    return a < b ? -1 : a > b;
}

static int compare_keys(const void *left, const void *right)
{
    const struct top_row *a = left, *b = right;
    int order = strcmp(a->name, b->name);
    order = order ? order : compare_numbers(a->pid, b->pid);
    order = order ? order : compare_numbers(a->exec_number, b->exec_number);
    order = order ? order : compare_numbers(a->slot, b->slot);
    return order ? order : compare_numbers(a->start_ticks, b->start_ticks);
}

static void add(struct top_row *to, const struct top_row *from)
{
    to->flops = wide_sum(to->flops, from->flops);
    to->calls = cost_sum(to->calls, from->calls);
    to->below_flops = wide_sum(to->below_flops, from->below_flops);
    to->below_calls = cost_sum(to->below_calls, from->below_calls);
    to->elapsed_ns = cost_sum(to->elapsed_ns, from->elapsed_ns);
    to->running |= from->running;
}

void top_rows_join(struct top_rows *rows)
{
    size_t kept = 0;
    if (rows->count)
        qsort(rows->list, rows->count, sizeof *rows->list, compare_keys);
    for (size_t i = 0; i < rows->count; i++) {
        if (kept && !compare_keys(&rows->list[kept - 1], &rows->list[i]))
            add(&rows->list[kept - 1], &rows->list[i]);
        else
            rows->list[kept++] = rows->list[i];
    }
    rows->count = kept;
}

/* What calls gave back that were rejected makes a sum smaller: no rate is below 0. */
static double rate_of(wide now, wide before, double seconds)
{
    return now > before && seconds > 0 ? (double)(now - before) / seconds : 0;
}

void top_rows_rate(struct top_rows *rows, const struct top_rows *before, double seconds)
{
    for (size_t i = 0; i < rows->count; i++) {
        struct top_row *row = &rows->list[i];
        const struct top_row none = {0}, *same = NULL;
        if (before->count)
            same = bsearch(row, before->list, before->count, sizeof *before->list, compare_keys);
        same = same ? same : &none;
        row->flops_per_second = rate_of(row->flops, same->flops, seconds);
        row->below_per_second = rate_of(row->below_flops, same->below_flops, seconds);
    }
}

/* ---- order ---- */

bool top_row_has(const struct top_row *row, const char *text)
{
    char number[16];
    if (strcasestr(row->name, text))
        return true;
    snprintf(number, sizeof number, "%u", row->pid);
    if (row->pid && !strcmp(number, text))
        return true;
    snprintf(number, sizeof number, "%u", row->tid);
    return row->tid && !strcmp(number, text);
}

static int compare_rates(double a, double b)
{
    return a > b ? -1 : a < b;
}

static int compare_by(const struct top_row *a, const struct top_row *b, enum top_sort sort, bool tree)
{
    switch (sort) {
    case TOP_BY_FLOPS: return -compare_numbers(tree ? a->below_flops : a->flops, tree ? b->below_flops : b->flops);
    case TOP_BY_RATE:
        return compare_rates(tree ? a->below_per_second : a->flops_per_second,
                             tree ? b->below_per_second : b->flops_per_second);
    case TOP_BY_CALLS: return -compare_numbers(tree ? a->below_calls : a->calls, tree ? b->below_calls : b->calls);
    case TOP_BY_TIME: return -compare_numbers(a->elapsed_ns, b->elapsed_ns);
    case TOP_BY_PID: return compare_numbers(a->pid, b->pid);
    default: return 0;
    }
}

static int compare_ordered(const void *left, const void *right, void *data)
{
    const struct top_order *order = data;
    int result = compare_by(left, right, order->sort, order->tree);
    result = result ? result : compare_keys(left, right);
    return order->inverted ? -result : result;
}

/* ---- trees ---- */

static bool is_parent(const struct top_row *parent, const struct top_row *row, enum top_tab tab)
{
    if (parent == row)
        return false;
    if (tab == TOP_PROCESSES)
        return parent->pid == row->ppid;
    if (tab == TOP_THREADS)
        return false;
    const char *dot = strrchr(row->name, '.');
    size_t length = dot ? (size_t)(dot - row->name) : 0;
    return dot && !strncmp(parent->name, row->name, length) && !parent->name[length];
}

struct nesting {
    const struct top_rows *rows; /* in order */
    struct top_rows nested;
    bool *taken;
    enum top_tab tab;
};

static void take(struct nesting *n, size_t i, unsigned depth)
{
    struct top_row *row = n->taken[i] ? NULL : top_rows_add(&n->nested);
    if (!row)
        return;
    n->taken[i] = true;
    *row = n->rows->list[i];
    row->depth = depth;
    for (size_t child = 0; child < n->rows->count && depth < 64; child++)
        if (!n->taken[child] && is_parent(&n->rows->list[i], &n->rows->list[child], n->tab))
            take(n, child, depth + 1);
}

static bool has_parent(const struct nesting *n, size_t i)
{
    for (size_t parent = 0; parent < n->rows->count; parent++)
        if (is_parent(&n->rows->list[parent], &n->rows->list[i], n->tab))
            return true;
    return false;
}

/* Those without a parent first, each with what is below it; what is left is in a circle, which a pid used again can make. */
static void nest(struct top_rows *rows, enum top_tab tab)
{
    struct nesting n = {.rows = rows, .tab = tab, .taken = calloc(rows->count + 1, sizeof *n.taken)};
    for (int rest = 0; n.taken && rest < 2; rest++)
        for (size_t i = 0; i < rows->count; i++)
            if (!n.taken[i] && (rest || !has_parent(&n, i)))
                take(&n, i, 0);
    free(n.taken);
    if (n.nested.failed || n.nested.count != rows->count) {
        top_rows_free(&n.nested);
        return;
    }
    top_rows_free(rows);
    *rows = n.nested;
}

void top_rows_order(struct top_rows *rows, enum top_tab tab, const struct top_order *order)
{
    struct top_order own = *order;
    size_t kept = 0;
    own.tree = order->tree && tab == TOP_NAMESPACES; /* numbers are those with what is below */
    for (size_t i = 0; i < rows->count; i++)
        if (!*order->filter || top_row_has(&rows->list[i], order->filter))
            rows->list[kept++] = rows->list[i];
    rows->count = kept;
    if (kept)
        qsort_r(rows->list, kept, sizeof *rows->list, compare_ordered, &own);
    if (order->tree && kept && tab != TOP_ROUTINES)
        nest(rows, tab);
}
