/* What is said of a refusal (refusal.h). */
#include "refusal.h"

void refusal_say(const struct refusal *refusal, const char *would, struct out *out)
{
    out_text(out, "flopshim: ");
    out_text(out, refusal->operation);
    out_text(out, would);
    out_grouped(out, refusal->cost);
    out_text(out, " FLOPs but only ");
    out_grouped(out, refusal->remaining);
    out_text(out, " remain");
}
