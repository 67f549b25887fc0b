/* A merge as CSV: one row a process, namespace and routine, for spreadsheets and data frames. Sums over rows are the sums of
 * the merge. Quoted as summaries are (csv.h). */
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

static void put_use(struct out *out, const struct member_use *use)
{
    put_text(out, use->name_space);
    put_text(out, use->routine);
    put_number(out, use->calls);
    put_number(out, use->flop_cost);
    out_decimal(out, use->elapsed_ns, 9);
    out_text(out, ",");
    put_number(out, use->timed_flops);
    out_text(out, cost_class_name((enum cost_class)use->accuracy));
    out_text(out, "\n");
}

void merge_csv(const struct merge_sums *sums, struct merge_sink *sink)
{
    const struct members *m = sums->members;
    struct out *out = &sink->out;
    out_text(out, "rank,host,pid,start,program,complete,namespace,operation,calls,flop_cost,seconds,timed_flops,accuracy\n");
    for (size_t i = 0; i < m->count; i++) {
        for (size_t j = 0; j < m->list[i].use_count; j++) {
            put_member(out, &m->list[i]);
            put_use(out, &m->list[i].uses[j]);
        }
        if (!m->list[i].use_count) {
            put_member(out, &m->list[i]);
            out_text(out, ",,0,0,0.000000000,0,\n");
        }
        sink_drain(sink);
    }
}
