/* Makes a summary of a ledger: adds up the tallies of all threads by (namespace, operation), then by operation and by
 * namespace. Sorting by name brings equals together, so that 10^6 tallies take n log n. Strings stay in the ledger. */
#include "summary.h"
#include "cost.h"
#include "ledger_walk.h"
#include "order.h"
#include "shim/ledger.h"
#include "summary_header.h"
#include <string.h>
#include <sys/mman.h>

/* What one namespace is made of: the operations used in it, or an account opened with its name. */
struct part {
    const char *name;
    struct summary_operation *operations;
    size_t operation_count;
    const struct ledger_account *account;
};

struct builder {
    const struct ledger_view *view;
    const char *filter;
    struct summary *summary;
    const struct ledger_tally **tallies; /* scratch */
    size_t tally_count;
    struct part *parts; /* scratch, behind the tallies */
    size_t part_count;
    struct summary_operation *cells; /* one a (namespace, operation) */
    size_t cell_count;
    uint64_t forgotten_flops; /* by flopshim_reset(): gone from operations, not from the process's budget */
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
    const struct ledger_tally *a = *(const struct ledger_tally *const *)left;
    const struct ledger_tally *b = *(const struct ledger_tally *const *)right;
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

static int by_first_use(const void *left, const void *right, const void *context)
{
    const struct summary_operation *a = left;
    const struct summary_operation *b = right;
    if (a->first_use != b->first_use)
        return a->first_use < b->first_use ? -1 : 1;
    return by_operation_name(a, b, context);
}

/* Of one name: operations first, then accounts opened anew, then such as were opened again. */
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

static int by_namespace_use(const void *left, const void *right, const void *context)
{
    const struct summary_namespace *a = left;
    const struct summary_namespace *b = right;
    (void)context;
    if (a->first_use != b->first_use)
        return a->first_use < b->first_use ? -1 : 1;
    return strcmp(a->name, b->name);
}

static void add(struct summary_operation *to, const struct summary_operation *from)
{
    if (from->first_use < to->first_use)
        to->first_use = from->first_use;
    if (from->accuracy > to->accuracy)
        to->accuracy = from->accuracy;
    to->flop_cost = cost_sum(to->flop_cost, from->flop_cost);
    to->calls = cost_sum(to->calls, from->calls);
    to->elapsed_ns = cost_sum(to->elapsed_ns, from->elapsed_ns);
    to->timed_flops = cost_sum(to->timed_flops, from->timed_flops);
    to->nested_calls = cost_sum(to->nested_calls, from->nested_calls);
}

/* A count that its owner may be adding to. */
static uint64_t live(const uint64_t *count)
{
    return __atomic_load_n(count, __ATOMIC_RELAXED);
}

static struct summary_operation operation_of(const struct ledger_view *view, const struct ledger_tally *tally)
{
    return (struct summary_operation){
        .name = ledger_string(view, tally->operation),
        .flop_cost = live(&tally->flops),
        .calls = live(&tally->calls),
        .elapsed_ns = live(&tally->elapsed_ns),
        .timed_flops = live(&tally->timed_flops),
        .first_use = tally->first_use,
        .nested_calls = live(&tally->nested_calls),
        .accuracy = tally->accuracy <= COST_ESTIMATE ? (int)tally->accuracy : COST_ESTIMATE,
    };
}

static void collect_tallies(struct builder *b, size_t room)
{
    struct ledger_cursor cursor = {.view = b->view, .kind = LEDGER_TALLIES};
    const struct ledger_tally *tally;
    while (b->tally_count < room && (tally = ledger_next_record(&cursor)) != NULL)
        if (tally->accuracy & LEDGER_FORGOTTEN)
            b->forgotten_flops = cost_sum(b->forgotten_flops, tally->flops);
        else if ((live(&tally->calls) || live(&tally->nested_calls)) && is_wanted(b, ledger_string(b->view, tally->namespace_)))
            b->tallies[b->tally_count++] = tally;
    order_sort(b->tallies, b->tally_count, sizeof *b->tallies, by_namespace_and_operation, b->view);
}

static size_t count_cells(const struct builder *b)
{
    size_t cells = 0;
    for (size_t i = 0; i < b->tally_count; i++)
        cells += !i || by_namespace_and_operation(&b->tallies[i - 1], &b->tallies[i], b->view) != 0;
    return cells;
}

/* One cell a (namespace, operation), one part a namespace. */
static void fold_tallies(struct builder *b)
{
    const struct ledger_tally *previous = NULL;
    for (size_t i = 0; i < b->tally_count; i++) {
        const struct ledger_tally *tally = b->tallies[i];
        struct summary_operation operation = operation_of(b->view, tally);
        bool same_namespace = previous && !compare_strings(b->view, previous->namespace_, tally->namespace_);
        if (same_namespace && !compare_strings(b->view, previous->operation, tally->operation)) {
            add(&b->cells[b->cell_count - 1], &operation);
        } else {
            if (!same_namespace)
                b->parts[b->part_count++] = (struct part){.name = ledger_string(b->view, tally->namespace_),
                                                          .operations = &b->cells[b->cell_count]};
            b->parts[b->part_count - 1].operation_count++;
            b->cells[b->cell_count++] = operation;
        }
        previous = tally;
    }
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

/* All namespaces together. */
static void fold_operations(struct builder *b, struct summary_operation *all)
{
    size_t count = 0;
    memcpy(all, b->cells, b->cell_count * sizeof *all);
    order_sort(all, b->cell_count, sizeof *all, by_operation_name, NULL);
    for (size_t i = 0; i < b->cell_count; i++) {
        if (count && strcmp(all[count - 1].name, all[i].name) == 0)
            add(&all[count - 1], &all[i]);
        else
            all[count++] = all[i];
    }
    order_sort(all, count, sizeof *all, by_first_use, NULL);
    b->summary->operations = all;
    b->summary->operation_count = count;
}

static void add_part(struct summary_namespace *to, const struct part *part)
{
    if (part->account) {
        uint64_t limit = part->account->limit_flops;
        /* A context opened again goes on with the budget it had. */
        if (!part->account->prior_flops || limit == LEDGER_UNLIMITED)
            to->flop_budget = cost_sum(to->flop_budget, limit);
        else if (limit > to->flop_budget)
            to->flop_budget = limit;
        to->has_budget = true;
        return;
    }
    to->operations = part->operations;
    to->operation_count = part->operation_count;
    order_sort(to->operations, to->operation_count, sizeof *to->operations, by_first_use, NULL);
    for (size_t i = 0; i < to->operation_count; i++) {
        to->flops_used = cost_sum(to->flops_used, to->operations[i].flop_cost);
        to->calls = cost_sum(to->calls, to->operations[i].calls);
    }
    if (to->operation_count)
        to->first_use = to->operations[0].first_use;
}

static size_t fold_namespace(const struct builder *b, size_t part, struct summary_namespace *to)
{
    const char *name = b->parts[part].name;
    *to = (struct summary_namespace){.name = name, .first_use = UINT64_MAX};
    for (; part < b->part_count && strcmp(b->parts[part].name, name) == 0; part++)
        add_part(to, &b->parts[part]);
    if (to->flop_budget == LEDGER_UNLIMITED) {
        to->has_budget = false;
        to->flop_budget = 0;
    }
    return part;
}

/* A context's budget is used by the scopes inside it too. In order of names, those below one come right behind it, own use
 * still as it was. */
static void include_scopes(struct summary_namespace *namespaces, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct summary_namespace *n = &namespaces[i];
        size_t length = strlen(n->name);
        for (size_t j = i + 1; n->has_budget && length && j < count && !strncmp(namespaces[j].name, n->name, length); j++)
            if (namespaces[j].name[length] == '.') {
                n->flops_used = cost_sum(n->flops_used, namespaces[j].flops_used);
                n->calls = cost_sum(n->calls, namespaces[j].calls);
            }
    }
}

static void fold_namespaces(struct builder *b, struct summary_namespace *namespaces)
{
    struct summary *s = b->summary;
    order_sort(b->parts, b->part_count, sizeof *b->parts, by_part, NULL);
    for (size_t part = 0; part < b->part_count;) {
        struct summary_namespace *to = &namespaces[s->namespace_count];
        part = fold_namespace(b, part, to);
        if (b->filter && to->has_budget && strcmp(to->name, b->filter) == 0) {
            s->has_budget = true;
            s->flop_budget = to->flop_budget;
        }
        s->namespace_count += to->calls || to->has_budget;
    }
    s->namespaces = namespaces;
    include_scopes(namespaces, s->namespace_count);
    order_sort(namespaces, s->namespace_count, sizeof *namespaces, by_namespace_use, NULL);
}

static void add_up(struct summary *s)
{
    for (size_t i = 0; i < s->operation_count; i++) {
        const struct summary_operation *operation = &s->operations[i];
        s->flops_used = cost_sum(s->flops_used, operation->flop_cost);
        s->calls = cost_sum(s->calls, operation->calls);
        s->nested_calls = cost_sum(s->nested_calls, operation->nested_calls);
        s->accuracy_flops[operation->accuracy] = cost_sum(s->accuracy_flops[operation->accuracy], operation->flop_cost);
    }
}

static void read_providers(struct builder *b, struct summary_provider *providers, size_t room)
{
    struct ledger_cursor cursor = {.view = b->view, .kind = LEDGER_PROVIDERS};
    const struct ledger_provider *provider;
    struct summary *s = b->summary;
    s->providers = providers;
    while (s->provider_count < room && (provider = ledger_next_record(&cursor)) != NULL)
        providers[s->provider_count++] = (struct summary_provider){
            .path = ledger_string(b->view, provider->path),
            .name = ledger_string(b->view, provider->name),
            .version = ledger_string(b->view, provider->version),
            .integer_bits = provider->integer_bits,
        };
}

static void read_process_account(const struct ledger_view *view, struct summary *s)
{
    struct ledger_cursor cursor = {.view = view, .kind = LEDGER_ACCOUNTS};
    const struct ledger_account *account = ledger_next_record(&cursor);
    if (!account || account->is_context || account->limit_flops == LEDGER_UNLIMITED)
        return;
    s->has_budget = true;
    s->flop_budget = account->limit_flops;
}

/* With the scratch memory at hand. */
static int build(struct builder *b, size_t tallies, size_t accounts)
{
    size_t providers = ledger_count_records(b->view, LEDGER_PROVIDERS);
    collect_tallies(b, tallies);
    size_t cells = count_cells(b);
    size_t namespaces = cells + accounts;
    if (summary_reserve(b->summary, 2 * cells * sizeof(struct summary_operation) +
                                        namespaces * sizeof(struct summary_namespace) +
                                        providers * sizeof(struct summary_provider) + 64) < 0)
        return -1;
    b->cells = summary_alloc(b->summary, cells * sizeof(struct summary_operation));
    fold_tallies(b);
    collect_contexts(b, accounts);
    fold_operations(b, summary_alloc(b->summary, cells * sizeof(struct summary_operation)));
    fold_namespaces(b, summary_alloc(b->summary, namespaces * sizeof(struct summary_namespace)));
    read_providers(b, summary_alloc(b->summary, providers * sizeof(struct summary_provider)), providers);
    return 0;
}

int summary_from_ledger(const struct ledger_view *view, const char *namespace_, struct summary *summary)
{
    struct builder b = {.view = view, .filter = namespace_, .summary = summary};
    size_t tallies = ledger_count_records(view, LEDGER_TALLIES);
    size_t accounts = ledger_count_records(view, LEDGER_ACCOUNTS);
    *summary = (struct summary){0};
    size_t scratch_bytes = tallies * (sizeof *b.tallies + sizeof *b.parts) + accounts * sizeof *b.parts + 64;
    char *scratch = mmap(NULL, scratch_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (scratch == MAP_FAILED)
        return -1;
    b.tallies = (const struct ledger_tally **)scratch;
    b.parts = (struct part *)(scratch + tallies * sizeof *b.tallies);
    summary_read_header(view, namespace_, summary);
    if (!namespace_)
        read_process_account(view, summary);
    int result = build(&b, tallies, accounts);
    add_up(summary);
    if (summary->has_budget && !namespace_)
        summary->flops_used = cost_sum(summary->flops_used, b.forgotten_flops);
    munmap(scratch, scratch_bytes);
    return result;
}
