/* Numbers as they lie in memory, texts with the zero behind them, lists behind their length (merge_pack.h). */
#include "merge_pack.h"
#include <stdlib.h>
#include <string.h>

#define PUT(out, field) out_bytes(out, (const char *)&(field), sizeof(field))

static void put_text(struct out *out, const char *text)
{
    out_bytes(out, text ? text : "", text ? strlen(text) + 1 : 1);
}

static void put_operation(struct out *out, const struct summary_operation *o)
{
    put_text(out, o->name);
    PUT(out, o->flop_cost);
    PUT(out, o->calls);
    PUT(out, o->elapsed_ns);
    PUT(out, o->timed_flops);
    PUT(out, o->accuracy);
    PUT(out, o->shapes.recorded);
    if (!o->shapes.recorded)
        return;
    PUT(out, o->shapes.error_calls);
    PUT(out, o->shapes.error_flops);
    PUT(out, o->shapes.count);
    for (size_t i = 0; i < o->shapes.count; i++) {
        put_text(out, o->shapes.rows[i].text);
        PUT(out, o->shapes.rows[i].calls);
        PUT(out, o->shapes.rows[i].flop_cost);
    }
}

void merge_pack(const struct summary *s, struct out *out)
{
    put_text(out, s->cost_model);
    put_text(out, s->convention);
    put_text(out, s->multiplier);
    put_text(out, s->host);
    put_text(out, s->program);
    put_text(out, s->job);
    put_text(out, s->end_reason);
    put_text(out, s->uncovered);
    PUT(out, s->rank);
    PUT(out, s->ranks);
    PUT(out, s->job_number);
    PUT(out, s->has_budget);
    PUT(out, s->flop_budget);
    PUT(out, s->pid);
    PUT(out, s->start_realtime_ns);
    PUT(out, s->threads);
    PUT(out, s->end_status);
    PUT(out, s->incomplete);
    PUT(out, s->complete);
    PUT(out, s->is_tree);
    PUT(out, s->flops_used);
    PUT(out, s->wall_ns);
    PUT(out, s->time);
    PUT(out, s->refused_calls);
    PUT(out, s->namespace_count);
    for (size_t i = 0; i < s->namespace_count; i++) {
        put_text(out, s->namespaces[i].name);
        PUT(out, s->namespaces[i].operation_count);
        for (size_t j = 0; j < s->namespaces[i].operation_count; j++)
            put_operation(out, &s->namespaces[i].operations[j]);
    }
}

struct reader {
    const char *at, *end;
    bool failed;
};

static void take(struct reader *r, void *field, size_t size)
{
    r->failed |= (size_t)(r->end - r->at) < size;
    if (r->failed)
        return;
    memcpy(field, r->at, size);
    r->at += size;
}

#define GET(r, field) take(r, &(field), sizeof(field))

static const char *get_text(struct reader *r)
{
    const char *text = r->at, *zero = r->failed ? NULL : memchr(text, 0, (size_t)(r->end - text));
    r->failed |= !zero;
    r->at = zero ? zero + 1 : r->at;
    return zero ? text : "";
}

/* Each entry takes more than a byte, so that a count beyond what follows is wrong. */
static void *get_list(struct reader *r, size_t *count, size_t size)
{
    GET(r, *count);
    r->failed |= *count > (size_t)(r->end - r->at);
    void *list = r->failed ? NULL : calloc(*count + 1, size);
    r->failed |= !list;
    *count = list ? *count : 0;
    return list;
}

static void get_shapes(struct reader *r, struct summary_histogram *shapes)
{
    GET(r, shapes->error_calls);
    GET(r, shapes->error_flops);
    shapes->rows = get_list(r, &shapes->count, sizeof *shapes->rows);
    for (size_t i = 0; i < shapes->count; i++) {
        shapes->rows[i].text = get_text(r);
        GET(r, shapes->rows[i].calls);
        GET(r, shapes->rows[i].flop_cost);
    }
}

static void get_operation(struct reader *r, struct summary_operation *o)
{
    o->name = get_text(r);
    GET(r, o->flop_cost);
    GET(r, o->calls);
    GET(r, o->elapsed_ns);
    GET(r, o->timed_flops);
    GET(r, o->accuracy);
    GET(r, o->shapes.recorded);
    if (o->shapes.recorded)
        get_shapes(r, &o->shapes);
}

static void get_process(struct reader *r, struct summary *s)
{
    s->cost_model = get_text(r);
    s->convention = get_text(r);
    s->multiplier = get_text(r);
    s->host = get_text(r);
    s->program = get_text(r);
    s->job = get_text(r);
    s->end_reason = get_text(r);
    s->uncovered = get_text(r);
    GET(r, s->rank);
    GET(r, s->ranks);
    GET(r, s->job_number);
    GET(r, s->has_budget);
    GET(r, s->flop_budget);
    GET(r, s->pid);
    GET(r, s->start_realtime_ns);
    GET(r, s->threads);
    GET(r, s->end_status);
    GET(r, s->incomplete);
    GET(r, s->complete);
    GET(r, s->is_tree);
    GET(r, s->flops_used);
    GET(r, s->wall_ns);
    GET(r, s->time);
    GET(r, s->refused_calls);
}

bool merge_unpack(const char **at, const char *end, struct summary *s)
{
    struct reader r = {*at, end, false};
    *s = (struct summary){0};
    get_process(&r, s);
    s->namespaces = get_list(&r, &s->namespace_count, sizeof *s->namespaces);
    for (size_t i = 0; i < s->namespace_count; i++) {
        struct summary_namespace *n = &s->namespaces[i];
        n->name = get_text(&r);
        n->operations = get_list(&r, &n->operation_count, sizeof *n->operations);
        for (size_t j = 0; j < n->operation_count; j++)
            get_operation(&r, &n->operations[j]);
    }
    *at = r.at;
    if (r.failed)
        merge_unpack_free(s);
    return !r.failed;
}

void merge_unpack_free(struct summary *s)
{
    for (size_t i = 0; i < s->namespace_count; i++) {
        for (size_t j = 0; j < s->namespaces[i].operation_count; j++)
            free(s->namespaces[i].operations[j].shapes.rows);
        free(s->namespaces[i].operations);
    }
    free(s->namespaces);
    *s = (struct summary){0};
}
