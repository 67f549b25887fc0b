/* Makes a summary of a ledger: adds up the tallies of all threads by (namespace, operation), then by operation and by
 * namespace. Sorting by name brings equals together, so that 10^6 tallies take n log n. Strings stay in the ledger. */
#include "summary.h"
#include "calls.h"
#include "cost.h"
#include "ledger.h"
#include "ledger_read.h"
#include "ledger_walk.h"
#include "order.h"
#include "pages.h"
#include "summary_namespaces.h"
#include "summary_parts.h"
#include "summary_processes.h"
#include "summary_providers.h"
#include "summary_shapes.h"
#include "summary_time.h"
#include <string.h>

/* A tally and what it said, read once: its owner may be adding to it. */
struct reading {
    const struct ledger_tally *tally;
    struct ledger_counts counts;
};

struct builder {
    const struct ledger_view *view;
    const char *filter;
    struct summary *summary;
    struct reading *readings; /* scratch, and so what follows */
    size_t reading_count;
    struct provider_place *provider_places;
    struct process_table processes;
    struct shapes shapes, callers;
    struct part *parts;
    size_t part_count;
    struct summary_operation *cells; /* one a (namespace, operation) */
    size_t cell_count;
    uint64_t end_ns;      /* of the root */
    wide forgotten_flops; /* by flopshim_reset(): gone from operations, not from the first account's budget */
    bool doubtful;
    bool saturated; /* a tally sticks at the largest number that it has room for: what was counted is that or more */
};

static bool is_wanted(const struct builder *b, const char *name)
{
    return !b->filter || summary_is_within(name, b->filter);
}

static int compare_strings(const struct ledger_view *view, uint32_t a, uint32_t b)
{
    return a == b ? 0 : strcmp(ledger_string(view, a), ledger_string(view, b));
}

static int by_namespace_and_operation(const void *left, const void *right, const void *view)
{
    const struct ledger_tally *a = ((const struct reading *)left)->tally;
    const struct ledger_tally *b = ((const struct reading *)right)->tally;
    int order = compare_strings(view, a->namespace_, b->namespace_);
    return order ? order : compare_strings(view, a->operation, b->operation);
}

static int by_operation_name(const void *left, const void *right, const void *context)
{
    const struct summary_operation *a = left;
    const struct summary_operation *b = right;
    (void)context;
    return a->name == b->name ? 0 : strcmp(a->name, b->name);
}

static void add(struct summary_operation *to, const struct summary_operation *from)
{
    if (from->first_use < to->first_use)
        to->first_use = from->first_use;
    if (from->accuracy > to->accuracy)
        to->accuracy = from->accuracy;
    to->flop_cost = wide_sum(to->flop_cost, from->flop_cost);
    to->calls = cost_sum(to->calls, from->calls);
    to->elapsed_ns = cost_sum(to->elapsed_ns, from->elapsed_ns);
    to->timed_flops = wide_sum(to->timed_flops, from->timed_flops);
    to->nested_calls = cost_sum(to->nested_calls, from->nested_calls);
    to->queries = cost_sum(to->queries, from->queries);
}

/* A workspace query does not count as a first use, and its cost of 0 is exact. */
static struct summary_operation operation_of(const struct ledger_view *view, const struct reading *reading)
{
    bool is_query = ledger_is_query(reading->tally->routine);
    int accuracy = is_query ? COST_EXACT : (int)(reading->tally->accuracy & 0xff);
    return (struct summary_operation){
        .name = ledger_string(view, reading->tally->operation),
        .flop_cost = reading->counts.flops,
        .calls = reading->counts.calls,
        .elapsed_ns = reading->counts.elapsed_ns,
        .timed_flops = reading->counts.timed_flops,
        .first_use = is_query ? UINT64_MAX : reading->tally->first_use,
        .nested_calls = reading->counts.nested_calls,
        .queries = reading->counts.queries,
        .accuracy = accuracy <= COST_ESTIMATE ? accuracy : COST_ESTIMATE,
    };
}

/* Tallies that flopshim_reset() forgot still count by their FLOPs, and only where there is a limit that they were taken from.
 */
static void add_to_process(struct builder *b, struct process_image *process, const struct ledger_counts *counts, bool forgotten)
{
    if (forgotten)
        b->forgotten_flops = wide_sum(b->forgotten_flops, counts->flops);
    if (!process || (forgotten && (b->filter || !b->summary->has_budget)))
        return;
    process->flops_used = wide_sum(process->flops_used, counts->flops);
    if (!forgotten)
        process->calls = cost_sum(process->calls, counts->calls);
}

static void read_tallies(struct builder *b, size_t room)
{
    struct ledger_cursor cursor = {.view = b->view, .kind = LEDGER_TALLIES};
    const struct ledger_block *block = NULL;
    struct process_image *process = NULL;
    const struct ledger_tally *tally;
    while (b->reading_count < room && (tally = ledger_next_record(&cursor)) != NULL) {
        struct reading *reading = &b->readings[b->reading_count];
        bool forgotten = tally->accuracy & LEDGER_FORGOTTEN;
        if (cursor.block != block)
            process = processes_find(&b->processes, cursor.block);
        block = cursor.block;
        reading->tally = tally;
        b->doubtful |= !ledger_tally_read(tally, &reading->counts);
        if (!forgotten && ((!reading->counts.calls && !reading->counts.nested_calls && !reading->counts.queries) ||
                           !is_wanted(b, ledger_string(b->view, tally->namespace_))))
            continue;
        b->saturated |= reading->counts.flops == SUMMARY_MOST_FLOPS;
        add_to_process(b, process, &reading->counts, forgotten);
        b->reading_count += !forgotten;
    }
    order_sort(b->readings, b->reading_count, sizeof *b->readings, by_namespace_and_operation, b->view);
}

static size_t count_cells(const struct builder *b)
{
    size_t cells = 0;
    for (size_t i = 0; i < b->reading_count; i++)
        cells += !i || by_namespace_and_operation(&b->readings[i - 1], &b->readings[i], b->view) != 0;
    return cells;
}

/* The last operation so far is complete. */
static void settle_last(struct builder *b, struct summary_operation *operations, size_t count)
{
    if (!count)
        return;
    shapes_settle(&b->shapes, &operations[count - 1].shapes);
    shapes_settle(&b->callers, &operations[count - 1].callers);
}

/* Adds the tallies up, one cell for each (namespace, operation), and notes each cell as a part of its namespace. */
static void fold_tallies(struct builder *b)
{
    const struct ledger_tally *previous = NULL;
    for (size_t i = 0; i < b->reading_count; i++) {
        const struct ledger_tally *tally = b->readings[i].tally;
        struct summary_operation operation = operation_of(b->view, &b->readings[i]);
        bool same_namespace = previous && !compare_strings(b->view, previous->namespace_, tally->namespace_);
        if (same_namespace && !compare_strings(b->view, previous->operation, tally->operation)) {
            add(&b->cells[b->cell_count - 1], &operation);
        } else {
            settle_last(b, b->cells, b->cell_count);
            if (!same_namespace)
                b->parts[b->part_count++] = (struct part){.name = ledger_string(b->view, tally->namespace_),
                                                          .operations = &b->cells[b->cell_count]};
            b->parts[b->part_count - 1].operation_count++;
            b->cells[b->cell_count++] = operation;
        }
        shapes_add_tally(&b->shapes, tally, &b->readings[i].counts, &b->cells[b->cell_count - 1].shapes);
        shapes_add_tally(&b->callers, tally, &b->readings[i].counts, &b->cells[b->cell_count - 1].callers);
        previous = tally;
    }
    settle_last(b, b->cells, b->cell_count);
}

static void collect_contexts(struct builder *b, size_t room)
{
    struct ledger_cursor cursor = {.view = b->view, .kind = LEDGER_ACCOUNTS};
    const struct ledger_account *account;
    for (; room && (account = ledger_next_record(&cursor)) != NULL; room--) {
        const char *name = ledger_string(b->view, account->namespace_);
        if (!account->is_context || account->forgotten || !is_wanted(b, name))
            continue;
        b->parts[b->part_count++] = (struct part){.name = name, .account = account};
        b->summary->has_context = true;
    }
}

/* Adds the cells of all namespaces up by operation. */
static void fold_operations(struct builder *b, struct summary_operation *all)
{
    size_t count = 0;
    memcpy(all, b->cells, b->cell_count * sizeof *all);
    order_sort(all, b->cell_count, sizeof *all, by_operation_name, NULL);
    for (size_t i = 0; i < b->cell_count; i++) {
        struct summary_operation cell = all[i];
        if (count && strcmp(all[count - 1].name, cell.name) == 0) {
            add(&all[count - 1], &cell);
        } else {
            settle_last(b, all, count);
            all[count] = cell;
            all[count].shapes = all[count].callers = (struct summary_histogram){0};
            count++;
        }
        shapes_add(&b->shapes, &cell.shapes, &all[count - 1].shapes);
        shapes_add(&b->callers, &cell.callers, &all[count - 1].callers);
    }
    settle_last(b, all, count);
    operations_sort(all, count);
    b->summary->operations = all;
    b->summary->operation_count = count;
}

/* How much room the namespaces above those that are there may take. A file could ask for any number of them, so no more than
 * some times its own bytes. */
static struct namespaces_room measure_namespaces(const struct builder *b, size_t accounts)
{
    struct namespaces_room room = {.most = 8 * b->view->size_bytes};
    struct ledger_cursor cursor = {.view = b->view, .kind = LEDGER_ACCOUNTS};
    const struct ledger_account *account;
    const struct ledger_tally *previous = NULL;
    for (size_t i = 0; i < b->reading_count; i++) {
        const struct ledger_tally *tally = b->readings[i].tally;
        if (!previous || compare_strings(b->view, previous->namespace_, tally->namespace_))
            namespaces_measure(ledger_string(b->view, tally->namespace_), &room);
        previous = tally;
    }
    for (; accounts && (account = ledger_next_record(&cursor)) != NULL; accounts--)
        namespaces_measure(ledger_string(b->view, account->namespace_), &room);
    return room;
}

static void fold_namespaces(struct builder *b, struct summary_namespace *namespaces, struct namespaces_room *room)
{
    struct summary *s = b->summary;
    parts_sort(b->parts, b->part_count);
    for (size_t part = 0; part < b->part_count;) {
        struct summary_namespace *to = &namespaces[s->namespace_count];
        part += parts_fold(&b->parts[part], b->part_count - part, b->end_ns, to);
        if (b->filter && to->has_budget && strcmp(to->name, b->filter) == 0) {
            s->has_budget = true;
            s->flop_budget = to->flop_budget;
        }
        s->namespace_count += to->self.calls || to->queries || to->has_budget;
    }
    s->namespaces = namespaces;
    namespaces_add_above(s, room);
    namespaces_add_up(s);
}

static void add_up(struct summary *s)
{
    for (size_t i = 0; i < s->operation_count; i++) {
        const struct summary_operation *operation = &s->operations[i];
        s->flops_used = wide_sum(s->flops_used, operation->flop_cost);
        s->calls = cost_sum(s->calls, operation->calls);
        s->nested_calls = cost_sum(s->nested_calls, operation->nested_calls);
        s->queries = cost_sum(s->queries, operation->queries);
        s->accuracy_flops[operation->accuracy] = wide_sum(s->accuracy_flops[operation->accuracy], operation->flop_cost);
    }
}

static void read_first_account(const struct ledger_view *view, struct summary *s)
{
    struct ledger_cursor cursor = {.view = view, .kind = LEDGER_ACCOUNTS};
    const struct ledger_account *account = ledger_next_record(&cursor);
    if (!account || account->is_context || account->limit_flops == LEDGER_UNLIMITED)
        return;
    s->has_budget = true;
    s->flop_budget = account->limit_flops;
}

static void read_header(const struct ledger_header *header, struct summary *s)
{
    s->version = header->version;
    s->cost_model = header->cost_model;
    s->convention = cost_convention_name(header->convention == COST_FMA ? COST_FMA : COST_OPS);
    s->host = header->host;
    s->is_tree = header->scope == LEDGER_SCOPE_TREE;
}

/* How many records are read; those that a living process adds meanwhile are left out. */
struct sizes {
    size_t tallies;
    size_t accounts;
    size_t providers;
    size_t processes;
    size_t grants;
    size_t shapes;
    size_t callers;
};

/* Builds the summary, once the scratch memory is there. */
static int build(struct builder *b, const struct sizes *sizes)
{
    struct summary *s = b->summary;
    b->end_ns = processes_root_end_ns(&b->processes);
    read_tallies(b, sizes->tallies);
    size_t cells = count_cells(b);
    struct namespaces_room above = measure_namespaces(b, sizes->accounts);
    size_t namespaces = cells + sizes->accounts + above.rows;
    if (summary_reserve(s, 2 * cells * sizeof(struct summary_operation) + namespaces * sizeof(struct summary_namespace) +
                               above.name_bytes + sizes->providers * sizeof(struct summary_provider) +
                               processes_arena(&b->processes) + shapes_arena(&b->shapes) + shapes_arena(&b->callers) +
                               time_arena(sizes->grants) + 192) < 0)
        return -1;
    shapes_reserve(&b->shapes, s);
    shapes_reserve(&b->callers, s);
    b->cells = summary_alloc(s, cells * sizeof(struct summary_operation));
    fold_tallies(b);
    collect_contexts(b, sizes->accounts);
    fold_operations(b, summary_alloc(s, cells * sizeof(struct summary_operation)));
    fold_namespaces(b, summary_alloc(s, namespaces * sizeof(struct summary_namespace)), &above);
    providers_summarise(b->view, b->provider_places, summary_alloc(s, sizes->providers * sizeof(struct summary_provider)),
                        sizes->providers, s);
    s->incomplete |= b->saturated ? SUMMARY_SATURATED : 0;
    s->incomplete |= b->doubtful || b->shapes.doubtful || b->callers.doubtful ? LEDGER_DOUBTFUL : 0;
    processes_summarise(&b->processes, b->filter, s);
    if (!b->filter)
        time_summarise(b->view, &b->processes, sizes->grants, s);
    namespaces_add_time(s);
    return 0;
}

/* Cuts `bytes` off the scratch memory; every part begins on 16 bytes. */
static void *carve(char **scratch, size_t bytes)
{
    char *part = *scratch;
    *scratch += (bytes + 15) & ~(size_t)15;
    return part;
}

int summary_from_ledger(const struct ledger_view *view, const char *namespace_, struct summary *summary)
{
    struct builder b = {.view = view, .filter = namespace_, .summary = summary, .doubtful = view->doubtful};
    struct sizes sizes = {
        ledger_count_records(view, LEDGER_TALLIES),   ledger_count_records(view, LEDGER_ACCOUNTS),
        ledger_count_records(view, LEDGER_PROVIDERS), ledger_count_records(view, LEDGER_PROCESSES),
        ledger_count_records(view, LEDGER_GRANTS),    ledger_count_records(view, LEDGER_SHAPES),
        ledger_count_records(view, LEDGER_CALLERS),
    };
    *summary = (struct summary){0};
    size_t bytes = sizes.tallies * (sizeof *b.readings + sizeof *b.parts) + sizes.accounts * sizeof *b.parts +
                   sizes.providers * sizeof *b.provider_places + processes_scratch(sizes.processes) +
                   shapes_scratch(sizes.shapes) + shapes_scratch(sizes.callers) + 96;
    char *scratch = pages_borrow(bytes, true);
    if (!scratch)
        return -1;
    char *rest = scratch;
    b.readings = carve(&rest, sizes.tallies * sizeof *b.readings);
    b.parts = carve(&rest, (sizes.tallies + sizes.accounts) * sizeof *b.parts);
    b.provider_places = carve(&rest, sizes.providers * sizeof *b.provider_places);
    shapes_collect(&b.shapes, view, LEDGER_SHAPES, carve(&rest, shapes_scratch(sizes.shapes)), sizes.shapes);
    shapes_collect(&b.callers, view, LEDGER_CALLERS, carve(&rest, shapes_scratch(sizes.callers)), sizes.callers);
    processes_collect(&b.processes, view, rest, sizes.processes);
    read_header(view->header, summary);
    summary->ledger = view->header;
    summary->ledger_bytes = view->size_bytes;
    summary->log = calls_count(view);
    if (!namespace_)
        read_first_account(view, summary);
    int result = build(&b, &sizes);
    add_up(summary);
    if (summary->has_budget && !namespace_)
        summary->flops_used = wide_sum(summary->flops_used, b.forgotten_flops);
    pages_return(scratch, bytes);
    return result;
}
