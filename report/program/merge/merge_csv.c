/* A merge as CSV: one row a process, namespace and routine, for spreadsheets and data frames. Where shapes were recorded, one a
 * shape as well, before a row of the rest. Sums over rows are the sums of the merge. Quoted as summaries are (csv.h). */
#include "cost.h"
#include "csv.h"
#include "merge_sums.h"

static void put_text(struct out *out, const char *text)
{
    csv_field(out, text);
    out_text(out, ",");
}

static void put_number(struct out *out, wide value)
{
    out_number(out, value);
    out_text(out, ",");
}

static void put_member(struct out *out, const struct member *member)
{
    if (member->rank != MEMBER_NO_RANK)
        out_number(out, (uint64_t)member->rank);
    out_text(out, ",");
    put_text(out, member->host);
    put_number(out, member->pid);
    merge_put_start(out, member->start_us);
    out_text(out, ",");
    put_text(out, member->program);
    out_text(out, member->complete ? "true," : "false,");
}

static void put_counts(struct out *out, const struct member_use *use, uint64_t calls, wide flop_cost)
{
    put_text(out, use->name_space);
    put_text(out, use->routine);
    put_number(out, calls);
    put_number(out, flop_cost);
}

/* Time is not known by shape. */
static void put_shape(struct out *out, const struct member_use *use, const struct member_shape *shape)
{
    put_counts(out, use, shape->calls, shape->flop_cost);
    out_text(out, ",,");
    put_text(out, cost_class_name((enum cost_class)use->accuracy));
    csv_field(out, shape->text);
    out_text(out, "\n");
}

static void put_use(struct out *out, const struct member *member, const struct member_use *use, bool with_shape)
{
    uint64_t calls = use->calls;
    wide flop_cost = use->flop_cost;
    for (size_t i = 0; use->shapes && i < use->shapes->count; i++) {
        put_member(out, member);
        put_shape(out, use, &use->shapes->rows[i]);
        calls -= use->shapes->rows[i].calls;
        flop_cost -= use->shapes->rows[i].flop_cost;
    }
    put_member(out, member);
    put_counts(out, use, calls, flop_cost);
    out_decimal(out, use->elapsed_ns, 9);
    out_text(out, ",");
    put_number(out, use->timed_flops);
    out_text(out, cost_class_name((enum cost_class)use->accuracy));
    out_text(out, with_shape ? ",\n" : "\n");
}

void merge_csv(const struct merge_sums *sums, struct merge_sink *sink)
{
    const struct members *m = sums->members;
    struct out *out = &sink->out;
    out_text(out, "rank,host,pid,start,program,complete,namespace,operation,calls,flop_cost,seconds,timed_flops,accuracy");
    out_text(out, sums->has_shapes ? ",shape\n" : "\n");
    for (size_t i = 0; i < m->count; i++) {
        for (size_t j = 0; j < m->list[i].use_count; j++)
            put_use(out, &m->list[i], &m->list[i].uses[j], sums->has_shapes);
        if (!m->list[i].use_count) {
            put_member(out, &m->list[i]);
            out_text(out, sums->has_shapes ? ",,0,0,0.000000000,0,,\n" : ",,0,0,0.000000000,0,\n");
        }
        sink_drain(sink);
    }
}
