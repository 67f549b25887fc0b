/* What is said of a refusal (refusal.h). */
#include "refusal.h"

static void put_seconds(struct out *out, uint64_t ns)
{
    out_decimal(out, ns / 1000000, 3);
    out_text(out, " s");
}

static void say_time(const struct refusal *refusal, struct out *out)
{
    out_text(out, " comes when ");
    put_seconds(out, refusal->elapsed_ns);
    out_text(out, " have passed of a time limit of ");
    put_seconds(out, refusal->limit_ns);
}

void refusal_say(const struct refusal *refusal, const char *would, struct out *out)
{
    out_text(out, "flopshim: ");
    out_text(out, refusal->operation);
    if (refusal->limit_ns) {
        say_time(refusal, out);
        return;
    }
    bool or_more = refusal->cost == UINT64_MAX;
    out_text(out, would);
    out_grouped(out, refusal->cost);
    out_text(out, or_more ? " FLOPs or more and " : " FLOPs but only ");
    out_grouped(out, refusal->remaining);
    out_text(out, " remain");
}
