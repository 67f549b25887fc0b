/* Namespaces lie in each other by their names: "forward" is above "forward.attn". Sorted so that a name is followed by all
 * that is below it ('.' comes before any other character), each step here is one pass over the rows. */
#include "summary_namespaces.h"
#include "cost.h"
#include "order.h"
#include <string.h>

#define NOWHERE SIZE_MAX
#define ALIGNED(bytes) (((bytes) + 15) & ~(size_t)15)

static int by_path(const void *left, const void *right, const void *context)
{
    const unsigned char *a = (const unsigned char *)((const struct summary_namespace *)left)->name;
    const unsigned char *b = (const unsigned char *)((const struct summary_namespace *)right)->name;
    (void)context;
    while (*a && *a == *b)
        a++, b++;
    int first = *a == '.' ? 1 : *a ? *a + 1 : 0;
    int second = *b == '.' ? 1 : *b ? *b + 1 : 0;
    return first - second;
}

static int by_first_use(const void *left, const void *right, const void *context)
{
    const struct summary_namespace *a = left;
    const struct summary_namespace *b = right;
    if (a->first_use != b->first_use)
        return a->first_use < b->first_use ? -1 : 1;
    return by_path(a, b, context);
}

static void sort(struct summary *s, order_compare compare)
{
    order_sort(s->namespaces, s->namespace_count, sizeof *s->namespaces, compare, NULL);
}

void namespaces_measure(const char *name, struct namespaces_room *room)
{
    for (size_t i = 1; name[0] && name[i]; i++) {
        size_t bytes = sizeof(struct summary_namespace) + ALIGNED(i + 1);
        if (name[i] != '.')
            continue;
        if (bytes > room->most)
            return;
        room->most -= bytes;
        room->rows++;
        room->name_bytes += ALIGNED(i + 1);
    }
}

/* A row for the first `length` bytes of a name. False: no room is left. */
static bool add_row(struct summary *s, const char *name, size_t length, size_t at, struct namespaces_room *room)
{
    if (!room->rows || room->name_bytes < ALIGNED(length + 1))
        return false;
    char *copy = summary_alloc(s, length + 1);
    if (!copy)
        return false;
    memcpy(copy, name, length);
    room->rows--;
    room->name_bytes -= ALIGNED(length + 1);
    s->namespaces[at] = (struct summary_namespace){.name = copy, .first_use = UINT64_MAX};
    return true;
}

void namespaces_add_above(struct summary *s, struct namespaces_room *room)
{
    size_t count = s->namespace_count;
    sort(s, by_path);
    for (size_t i = 0; i < s->namespace_count; i++) {
        const char *name = s->namespaces[i].name;
        const char *before = i ? s->namespaces[i - 1].name : "";
        for (size_t length = 1; name[0] && name[length]; length++) {
            bool is_above = name[length] == '.';
            /* The row before lies in whatever has a row, or was given one, and is above this one too. */
            if (is_above && !strncmp(before, name, length) && (!before[length] || before[length] == '.'))
                continue;
            if (is_above && add_row(s, name, length, count, room))
                count++;
        }
    }
    s->namespace_count = count;
}

static void find_above(struct summary *s)
{
    for (size_t i = 0; i < s->namespace_count; i++) {
        size_t above = i ? i - 1 : NOWHERE;
        while (above != NOWHERE && !summary_is_within(s->namespaces[i].name, s->namespaces[above].name))
            above = s->namespaces[above].above;
        s->namespaces[i].above = above;
        s->namespaces[i].limited = s->namespaces[i].has_budget || (above != NOWHERE && s->namespaces[above].limited);
    }
}

/* Names do not tell which context paid: for what is below two contexts, or for scopes inside one without a name, which stand
 * at the top like those outside of any. */
static void find_unknown(struct summary *s)
{
    struct summary_namespace *unlabelled = s->namespace_count && !*s->namespaces->name ? s->namespaces : NULL;
    for (size_t i = 0; i < s->namespace_count; i++) {
        const struct summary_namespace *ns = &s->namespaces[i];
        for (size_t above = ns->above; ns->has_budget && above != NOWHERE; above = s->namespaces[above].above)
            s->namespaces[above].remains_unknown = true;
        if (unlabelled && *ns->name && ns->self.calls && !ns->limited)
            unlabelled->remains_unknown = true;
    }
}

void namespaces_add_up(struct summary *s)
{
    sort(s, by_path);
    find_above(s);
    find_unknown(s);
    for (size_t i = 0; i < s->namespace_count; i++)
        s->namespaces[i].total = s->namespaces[i].self;
    for (size_t i = s->namespace_count; i-- > 0;) {
        const struct summary_namespace *inner = &s->namespaces[i];
        if (inner->above == NOWHERE)
            continue;
        struct summary_namespace *outer = &s->namespaces[inner->above];
        outer->total.flops_used = wide_sum(outer->total.flops_used, inner->total.flops_used);
        outer->time.blas_ns = cost_sum(outer->time.blas_ns, inner->time.blas_ns);
        outer->time.timed_flops = wide_sum(outer->time.timed_flops, inner->time.timed_flops);
        outer->total.calls = cost_sum(outer->total.calls, inner->total.calls);
        outer->first_use = inner->first_use < outer->first_use ? inner->first_use : outer->first_use;
    }
    sort(s, by_first_use);
}

void namespaces_add_time(struct summary *s)
{
    for (size_t i = 0; i < s->namespace_count; i++)
        if (__builtin_mul_overflow(s->namespaces[i].total.calls, (uint64_t)s->call_ns, &s->namespaces[i].time.shim_ns))
            s->namespaces[i].time.shim_ns = UINT64_MAX;
}
