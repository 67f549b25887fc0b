/* Adds members up. Everything is a function of the settled set alone, in its order, so that the same set gives the same bytes.
 */
#include "merge_sums.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RANGES_MOST = 100 };

bool merge_number_of(const struct member *member, enum merge_number number, wide *value)
{
    uint64_t outside_ns = 0;
    bool is_known = number != MERGE_OUTSIDE_NS || member_outside(member, &outside_ns);
    *value = number == MERGE_FLOPS        ? member->flops_used
             : number == MERGE_CALLS      ? member->calls
             : number == MERGE_BLAS_NS    ? member->blas_ns
             : number == MERGE_OUTSIDE_NS ? outside_ns
                                          : member->wall_ns;
    return is_known;
}

bool merge_is_time(enum merge_number number)
{
    return number == MERGE_BLAS_NS || number == MERGE_OUTSIDE_NS || number == MERGE_WALL_NS;
}

static double deviation_of(const struct members *m, enum merge_number number, const struct merge_spread *spread)
{
    double count = (double)spread->members, mean = (double)spread->sum / count, squares = 0;
    for (size_t i = 0; i < m->count; i++) {
        wide value;
        if (!merge_number_of(&m->list[i], number, &value))
            continue;
        double distance = (double)value - mean;
        squares += distance * distance;
    }
    return sqrt(squares / count);
}

static struct merge_spread spread_of(const struct members *m, enum merge_number number)
{
    struct merge_spread spread = {0};
    for (size_t i = 0; i < m->count; i++) {
        wide value;
        if (!merge_number_of(&m->list[i], number, &value))
            continue;
        spread.sum += value;
        if (!spread.members || value < spread.min) {
            spread.min = value;
            spread.min_at = &m->list[i];
        }
        if (!spread.members++ || value > spread.max) {
            spread.max = value;
            spread.max_at = &m->list[i];
        }
    }
    spread.deviation = spread.members ? deviation_of(m, number, &spread) : 0;
    return spread;
}

static int by_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) : !!a - !!b;
}

static int by_row_name(const void *left, const void *right)
{
    const struct merge_row *a = left, *b = right;
    int order = by_text(a->name_space, b->name_space);
    return order ? order : by_text(a->routine, b->routine);
}

static int by_row_cost(const void *left, const void *right)
{
    const struct merge_row *a = left, *b = right;
    return a->flop_cost == b->flop_cost ? by_row_name(left, right) : a->flop_cost < b->flop_cost ? 1 : -1;
}

/* The place of a name in a sorted list, or where it would stand. Texts are shared, so most comparisons are of equal pointers.
 */
static size_t place_of(const struct merge_row *rows, size_t count, const char *name_space, const char *routine)
{
    const struct merge_row wanted = {.name_space = name_space, .routine = routine};
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_row_name(&rows[middle], &wanted) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* A list of rows, sorted by name while members are added to it. */
struct row_list {
    struct merge_row *rows;
    size_t count, room;
};

static struct merge_row *row_of(struct row_list *list, const char *name_space, const char *routine)
{
    const struct merge_row wanted = {.name_space = name_space, .routine = routine};
    size_t place = place_of(list->rows, list->count, name_space, routine);
    if (place < list->count && by_row_name(&list->rows[place], &wanted) == 0)
        return &list->rows[place];
    if (list->count == list->room) {
        size_t room = 2 * list->room + 64;
        struct merge_row *rows = reallocarray(list->rows, room, sizeof *rows);
        if (!rows)
            return NULL;
        list->rows = rows;
        list->room = room;
    }
    memmove(list->rows + place + 1, list->rows + place, (list->count++ - place) * sizeof *list->rows);
    list->rows[place] = wanted;
    return &list->rows[place];
}

static int add_uses(struct row_list *list, const struct member *member, bool by_namespace)
{
    for (size_t i = 0; i < member->use_count; i++) {
        const struct member_use *use = &member->uses[i];
        struct merge_row *row = row_of(list, by_namespace ? use->name_space : NULL, use->routine);
        if (!row)
            return -1;
        row->flop_cost += use->flop_cost;
        row->calls += use->calls;
        row->elapsed_ns += use->elapsed_ns;
        row->timed_flops += use->timed_flops;
        row->members += row->last != member;
        row->last = member;
        row->accuracy = use->accuracy > row->accuracy ? use->accuracy : row->accuracy;
    }
    return 0;
}

static int add_rows(const struct members *m, bool by_namespace, struct merge_row **rows, size_t *count)
{
    struct row_list list = {0};
    int result = 0;
    for (size_t i = 0; !result && i < m->count; i++)
        result = add_uses(&list, &m->list[i], by_namespace);
    if (list.count)
        qsort(list.rows, list.count, sizeof *list.rows, by_row_cost);
    *rows = list.rows;
    *count = list.count;
    return result;
}

static int by_host(const void *left, const void *right)
{
    return strcmp(((const struct merge_host *)left)->host, ((const struct merge_host *)right)->host);
}

static int add_hosts(struct merge_sums *sums)
{
    const struct members *m = sums->members;
    size_t count = 0;
    struct merge_host *hosts = sums->hosts = calloc(m->count + 1, sizeof *hosts);
    if (!hosts)
        return -1;
    for (size_t i = 0; i < m->count; i++) {
        const struct member *member = &m->list[i];
        hosts[i] = (struct merge_host){.host = member->host,
                                       .members = 1,
                                       .incomplete = !member->complete,
                                       .flops_used = member->flops_used,
                                       .calls = member->calls,
                                       .refused_calls = member->refused_calls,
                                       .blas_ns = member->blas_ns};
    }
    qsort(hosts, m->count, sizeof *hosts, by_host);
    for (size_t i = 0; i < m->count; i++) {
        if (!count || hosts[count - 1].host != hosts[i].host) {
            hosts[count++] = hosts[i];
            continue;
        }
        hosts[count - 1].members++;
        hosts[count - 1].incomplete += hosts[i].incomplete;
        hosts[count - 1].refused_calls += hosts[i].refused_calls;
        hosts[count - 1].blas_ns += hosts[i].blas_ns;
        hosts[count - 1].flops_used += hosts[i].flops_used;
        hosts[count - 1].calls += hosts[i].calls;
    }
    sums->host_count = count;
    return 0;
}

/* A rank that is there twice is of two jobs of one name. Members are sorted by rank. */
static bool is_of(const struct merge_job *job, const struct member *member, const struct member *before)
{
    return member->ranks == job->ranks && member->job_number == job->number && strcmp(member->job, job->name) == 0 &&
           member->has_budget == job->has_budget && member->flop_budget == job->flop_budget &&
           (!before || before->rank != member->rank);
}

static struct merge_job job_of(const struct members *m)
{
    struct merge_job job = {0};
    const struct member *before = NULL;
    for (size_t i = 0; i < m->count; i++) {
        const struct member *member = &m->list[i];
        if (!member->ranks)
            continue;
        if (!before)
            job = (struct merge_job){member->job,        member->job_number,  member->ranks,
                                     member->has_budget, member->flop_budget, 0};
        if (!is_of(&job, member, before))
            return (struct merge_job){0};
        job.flops_used += member->flops_used;
        before = member;
    }
    return job;
}

int merge_sum(const struct members *m, struct merge_sums *sums)
{
    *sums = (struct merge_sums){.members = m};
    int result = add_rows(m, false, &sums->routines, &sums->routine_count);
    if (!result)
        result = add_rows(m, true, &sums->namespaces, &sums->namespace_count);
    if (!result)
        result = merge_sum_shapes(m, sums);
    if (!result)
        result = add_hosts(sums);
    sums->job = job_of(m);
    for (int number = 0; number < MERGE_NUMBERS; number++)
        sums->spreads[number] = spread_of(m, (enum merge_number)number);
    for (size_t i = 0; i < m->count; i++) {
        sums->refused_calls += m->list[i].refused_calls;
        sums->incomplete += !m->list[i].complete;
        sums->saturated |= (m->list[i].incomplete & SUMMARY_SATURATED) != 0;
    }
    if (result < 0)
        merge_sums_free(sums);
    return result;
}

void merge_sums_free(struct merge_sums *sums)
{
    free(sums->routines);
    free(sums->namespaces);
    free(sums->shapes);
    free(sums->hosts);
    *sums = (struct merge_sums){0};
}

void merge_put_wide(struct out *out, wide value, bool grouped)
{
    char digits[64], *end = digits + sizeof digits, *at = end;
    int count = 0;
    do {
        if (grouped && count && count % 3 == 0)
            *--at = ',';
        *--at = (char)('0' + (int)(value % 10));
        count++;
    } while ((value /= 10) != 0);
    out_bytes(out, at, (size_t)(end - at));
}

void merge_put_mean(struct out *out, wide sum, size_t count, bool grouped)
{
    wide rest = count ? sum % count : 0;
    merge_put_wide(out, count ? sum / count : 0, grouped);
    out_text(out, ".");
    out_padded(out, count ? (uint64_t)(rest * 1000 / count) : 0, 3);
}

void merge_put_remaining(const struct merge_job *job, struct out *out, bool grouped)
{
    bool exceeded = job->flops_used > job->flop_budget;
    out_text(out, exceeded ? "-" : "");
    merge_put_wide(out, exceeded ? job->flops_used - job->flop_budget : job->flop_budget - job->flops_used, grouped);
}

/* The ranks from `first` to the one before `next`; how many they are. */
static size_t put_range(struct out *out, int64_t first, int64_t next, size_t *ranges)
{
    if (next <= first)
        return 0;
    if ((*ranges)++ < RANGES_MOST) {
        out_text(out, *ranges > 1 ? ", " : "");
        out_number(out, (uint64_t)first);
        out_text(out, next - first > 1 ? "-" : "");
        if (next - first > 1)
            out_number(out, (uint64_t)next - 1);
    }
    return (size_t)(next - first);
}

size_t merge_put_missing(const struct merge_sums *sums, struct out *out)
{
    const struct members *m = sums->members;
    int64_t next = 0;
    size_t missing = 0, ranges = 0;
    for (size_t i = 0; i < m->count && m->list[i].rank != MEMBER_NO_RANK; i++) {
        missing += put_range(out, next, m->list[i].rank, &ranges);
        next = m->list[i].rank + 1;
    }
    missing += put_range(out, next, sums->job.ranks, &ranges);
    if (ranges > RANGES_MOST)
        out_text(out, ", ...");
    return missing;
}
