/* Adds summaries to the set, and makes it one: sorted, each process once. */
#include "members.h"
#include "utf8.h"
#include <stdlib.h>
#include <string.h>

enum { FIRST_STRINGS = 1024 };

static size_t hash(const char *text)
{
    size_t value = 14695981039346656037U; /* FNV-1a */
    for (; *text; text++)
        value = (value ^ (unsigned char)*text) * 1099511628211U;
    return value;
}

static const char **place_of(const char **strings, size_t room, const char *text)
{
    size_t i = hash(text) & (room - 1);
    while (strings[i] && strcmp(strings[i], text) != 0)
        i = (i + 1) & (room - 1);
    return &strings[i];
}

static bool widen_strings(struct members *m)
{
    size_t room = m->string_room ? 2 * m->string_room : FIRST_STRINGS;
    const char **strings = calloc(room, sizeof *strings);
    for (size_t i = 0; strings && i < m->string_room; i++)
        if (m->strings[i])
            *place_of(strings, room, m->strings[i]) = m->strings[i];
    if (!strings)
        return false;
    free(m->strings);
    m->strings = strings;
    m->string_room = room;
    return true;
}

/* A copy in which a byte that is no UTF-8 is the character of its number, as it is in a JSON summary of the same ledger. */
static char *copy_as_utf8(const char *text)
{
    size_t length = strlen(text);
    char *copy = malloc(2 * length + 1), *to = copy;
    for (size_t i = 0; copy && i < length;) {
        size_t bytes = utf8_length(text + i, length - i);
        if (bytes) {
            to = mempcpy(to, text + i, bytes);
        } else {
            *to++ = (char)(0xc0 | (unsigned char)text[i] >> 6);
            *to++ = (char)(0x80 | ((unsigned char)text[i] & 0x3f));
        }
        i += bytes ? bytes : 1;
    }
    if (copy)
        *to = 0;
    return copy;
}

/* The shared copy of a text; NULL where memory ran out. */
static const char *share(struct members *m, const char *text)
{
    if (2 * m->string_count >= m->string_room && !widen_strings(m))
        return NULL;
    char *copy = copy_as_utf8(text ? text : "");
    const char **place = copy ? place_of(m->strings, m->string_room, copy) : NULL;
    if (!place)
        return NULL;
    if (*place) {
        free(copy);
    } else {
        *place = copy;
        m->string_count++;
    }
    return *place;
}

static int by_use(const void *left, const void *right)
{
    const struct member_use *a = left, *b = right;
    int order = strcmp(a->name_space, b->name_space);
    return order ? order : strcmp(a->routine, b->routine);
}

static int by_shape(const void *left, const void *right)
{
    const struct member_shape *a = left, *b = right;
    return a->flop_cost == b->flop_cost ? strcmp(a->text, b->text) : a->flop_cost < b->flop_cost ? 1 : -1;
}

static bool take_shapes(struct members *m, struct member_use *use, const struct summary_histogram *from)
{
    struct member_shapes *shapes = calloc(1, sizeof *shapes + from->count * sizeof *shapes->rows);
    use->shapes = shapes;
    if (!shapes)
        return false;
    shapes->error_calls = from->error_calls;
    shapes->error_flops = from->error_flops;
    for (size_t i = 0; i < from->count; i++) {
        const struct summary_shape *row = &from->rows[i];
        shapes->rows[i] = (struct member_shape){share(m, row->text), row->calls, row->flop_cost};
        if (!shapes->rows[i].text)
            return false;
    }
    shapes->count = from->count;
    if (shapes->count)
        qsort(shapes->rows, shapes->count, sizeof *shapes->rows, by_shape);
    return true;
}

/* Sets the uses from the namespaces' own operations, which add up to the whole. */
static bool take_uses(struct members *m, struct member *member, const struct summary *s)
{
    size_t count = 0;
    for (size_t i = 0; i < s->namespace_count; i++)
        count += s->namespaces[i].operation_count;
    member->uses = calloc(count + 1, sizeof *member->uses);
    for (size_t i = 0; member->uses && i < s->namespace_count; i++)
        for (size_t j = 0; j < s->namespaces[i].operation_count; j++) {
            const struct summary_operation *o = &s->namespaces[i].operations[j];
            if (!o->calls)
                continue;
            struct member_use use = {.name_space = share(m, s->namespaces[i].name),
                                     .routine = share(m, o->name),
                                     .flop_cost = o->flop_cost,
                                     .calls = o->calls,
                                     .elapsed_ns = o->elapsed_ns,
                                     .timed_flops = o->timed_flops,
                                     .accuracy = o->accuracy};
            bool taken = use.name_space && use.routine && (!o->shapes.recorded || take_shapes(m, &use, &o->shapes));
            member->uses[member->use_count++] = use;
            if (!taken)
                return false;
            member->calls += use.calls;
            member->blas_ns += use.elapsed_ns;
        }
    if (member->uses)
        qsort(member->uses, member->use_count, sizeof *member->uses, by_use);
    return member->uses;
}

static void free_uses(struct member *member)
{
    for (size_t i = 0; i < member->use_count; i++)
        free(member->uses[i].shapes);
    free(member->uses);
}

static bool is_alike(struct members *m, const struct summary *s)
{
    if (!m->convention) {
        m->cost_model = share(m, s->cost_model);
        m->convention = share(m, s->convention);
        m->multiplier = share(m, s->multiplier);
    }
    return m->cost_model && m->multiplier && m->convention && strcmp(m->cost_model, s->cost_model) == 0 &&
           strcmp(m->convention, s->convention) == 0 && strcmp(m->multiplier, s->multiplier) == 0;
}

static bool make_room(struct members *m)
{
    if (m->count < m->room)
        return true;
    size_t room = 2 * m->room + 256;
    struct member *list = reallocarray(m->list, room, sizeof *list);
    if (!list)
        return false;
    m->list = list;
    m->room = room;
    return true;
}

enum members_result members_add(struct members *m, const struct summary *s, int64_t rank)
{
    if (!s->pid || !s->start_realtime_ns)
        return MEMBERS_NAMELESS;
    if (!make_room(m))
        return MEMBERS_NO_MEMORY;
    if (!is_alike(m, s))
        return m->multiplier ? MEMBERS_UNLIKE : MEMBERS_NO_MEMORY;
    struct member member = {.host = share(m, s->host),
                            .program = share(m, s->program),
                            .start_us = s->start_realtime_ns / 1000, /* as a JSON summary has it */
                            .pid = s->pid,
                            .threads = s->threads,
                            .ranks = s->ranks,
                            .job_number = s->ranks ? s->job_number : 0,
                            .rank = rank,
                            .job = share(m, s->job),
                            .end_reason = share(m, s->end_reason),
                            .end_status = s->end_status,
                            .incomplete = s->incomplete,
                            .complete = s->complete,
                            .is_tree = s->is_tree,
                            .has_budget = s->has_budget,
                            .flop_budget = s->has_budget ? s->flop_budget : 0,
                            .flops_used = s->flops_used,
                            .wall_ns = s->wall_ns,
                            .threads_ns = s->time.wall_ns,
                            .shim_ns = s->time.shim_ns,
                            .refused_calls = s->refused_calls,
                            .uncovered = share(m, s->uncovered)};
    bool has_texts = member.host && member.program && member.job && member.end_reason && member.uncovered;
    if (!take_uses(m, &member, s) || !has_texts) {
        free_uses(&member);
        return MEMBERS_NO_MEMORY;
    }
    m->list[m->count++] = member;
    return MEMBERS_ADDED;
}

static int ascending(wide a, wide b)
{
    return (a > b) - (a < b);
}

static int by_name(const struct member *a, const struct member *b)
{
    int order = strcmp(a->host, b->host);
    order = order ? order : ascending(a->pid, b->pid);
    return order ? order : ascending(a->start_us, b->start_us);
}

static int by_shapes(const struct member_shapes *a, const struct member_shapes *b)
{
    if (!a || !b)
        return !!a - !!b;
    int order = ascending(a->count, b->count);
    order = order ? order : ascending(a->error_calls, b->error_calls);
    order = order ? order : ascending(a->error_flops, b->error_flops);
    for (size_t i = 0; !order && i < a->count; i++) {
        order = by_shape(&a->rows[i], &b->rows[i]);
        order = order ? order : ascending(a->rows[i].calls, b->rows[i].calls);
    }
    return order;
}

static int by_uses(const struct member *a, const struct member *b)
{
    int order = ascending(a->use_count, b->use_count);
    for (size_t i = 0; !order && i < a->use_count; i++) {
        const struct member_use *x = &a->uses[i], *y = &b->uses[i];
        order = by_use(x, y);
        order = order ? order : ascending(x->flop_cost, y->flop_cost);
        order = order ? order : ascending(x->calls, y->calls);
        order = order ? order : ascending(x->elapsed_ns, y->elapsed_ns);
        order = order ? order : ascending(x->timed_flops, y->timed_flops);
        order = order ? order : x->accuracy - y->accuracy;
        order = order ? order : by_shapes(x->shapes, y->shapes);
    }
    return order;
}

/* A total order of the states of one process: which one stays must not depend on the order of files. Counts only grow, and its
 * last summary is the complete one. */
static int by_state(const struct member *a, const struct member *b)
{
    int order = a->complete - b->complete;
    order = order ? order : ascending(a->calls, b->calls);
    order = order ? order : ascending(a->flops_used, b->flops_used);
    order = order ? order : ascending(a->wall_ns, b->wall_ns);
    order = order ? order : ascending(a->refused_calls, b->refused_calls);
    order = order ? order : ascending(a->threads, b->threads);
    order = order ? order : ascending(a->incomplete, b->incomplete);
    order = order ? order : strcmp(a->end_reason, b->end_reason);
    order = order ? order : ascending(a->end_status, b->end_status);
    order = order ? order : strcmp(a->program, b->program);
    order = order ? order : strcmp(a->uncovered, b->uncovered);
    order = order ? order : a->is_tree - b->is_tree;
    order = order ? order : ascending(a->ranks, b->ranks);
    order = order ? order : ascending(a->job_number, b->job_number);
    order = order ? order : strcmp(a->job, b->job);
    order = order ? order : a->has_budget - b->has_budget;
    order = order ? order : ascending(a->flop_budget, b->flop_budget);
    order = order ? order : ascending(a->threads_ns, b->threads_ns);
    order = order ? order : ascending(a->shim_ns, b->shim_ns);
    return order ? order : by_uses(a, b);
}

static int before_joining(const void *left, const void *right)
{
    int order = by_name(left, right);
    return order ? order : by_state(right, left);
}

static int by_rank(const void *left, const void *right)
{
    const struct member *a = left, *b = right;
    /* Without a rank behind those that have one */
    int order = ascending((uint64_t)a->rank, (uint64_t)b->rank);
    return order ? order : by_name(a, b);
}

size_t members_settle(struct members *m)
{
    size_t count = 0;
    if (m->count)
        qsort(m->list, m->count, sizeof *m->list, before_joining);
    for (size_t i = 0; i < m->count; i++) {
        struct member *last = count ? &m->list[count - 1] : NULL;
        if (!last || by_name(last, &m->list[i]) != 0) {
            m->list[count++] = m->list[i];
            continue;
        }
        last->rank = m->list[i].rank > last->rank ? m->list[i].rank : last->rank;
        free_uses(&m->list[i]);
    }
    size_t repeated = m->count - count;
    m->count = count;
    if (count)
        qsort(m->list, count, sizeof *m->list, by_rank);
    return repeated;
}

void members_keep_job(struct members *m, uint32_t job_number)
{
    size_t count = 0;
    for (size_t i = 0; i < m->count; i++) {
        if (m->list[i].ranks && m->list[i].job_number == job_number)
            m->list[count++] = m->list[i];
        else
            free_uses(&m->list[i]);
    }
    m->count = count;
}

bool member_outside(const struct member *member, uint64_t *outside_ns)
{
    const struct summary_time time = {.wall_ns = member->threads_ns, .blas_ns = member->blas_ns, .shim_ns = member->shim_ns};
    return summary_outside(&time, outside_ns);
}

void members_free(struct members *m)
{
    for (size_t i = 0; i < m->count; i++)
        free_uses(&m->list[i]);
    for (size_t i = 0; i < m->string_room; i++)
        free((void *)(uintptr_t)m->strings[i]);
    free(m->list);
    free(m->strings);
    *m = (struct members){0};
}
