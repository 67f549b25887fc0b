/* What the structs of flopshim.h are to a compiled program: their sizes, and the offsets of their members. */
#include <flopshim.h>
#include <stddef.h>
#include <stdio.h>

#define MEMBER(type, member) printf(#type "." #member " %zu\n", offsetof(struct flopshim_##type, member))
#define SIZE(type) printf(#type " %zu\n", sizeof(struct flopshim_##type))

int main(void)
{
    MEMBER(context, namespace_), MEMBER(context, flop_budget), MEMBER(context, multiplier), MEMBER(context, quiet);
    MEMBER(context, scope), MEMBER(context, flops_used), MEMBER(context, time_limit_ns), MEMBER(context, reserved),
        SIZE(context);
    MEMBER(usage, flop_budget), MEMBER(usage, flops_used), MEMBER(usage, flops_remaining), MEMBER(usage, calls);
    MEMBER(usage, reserved), SIZE(usage);
    MEMBER(operation, name), MEMBER(operation, namespace_), MEMBER(operation, flop_cost), MEMBER(operation, cumulative);
    MEMBER(operation, dim_count), MEMBER(operation, precision), MEMBER(operation, dim_names), MEMBER(operation, dims);
    MEMBER(operation, started_ns), MEMBER(operation, elapsed_ns);
    SIZE(operation);
    MEMBER(refusal, operation), MEMBER(refusal, flop_cost), MEMBER(refusal, flops_remaining), MEMBER(refusal, namespace_);
    MEMBER(refusal, elapsed_ns), MEMBER(refusal, time_limit_ns), SIZE(refusal);
    MEMBER(tally, name), MEMBER(tally, namespace_), MEMBER(tally, flop_cost), MEMBER(tally, calls), MEMBER(tally, first_use);
    MEMBER(tally, thread), MEMBER(tally, unused), MEMBER(tally, elapsed_ns), MEMBER(tally, timed_flops), SIZE(tally);
    printf("version %d %d\n", FLOPSHIM_VERSION_NUMBER, flopshim_version_number());
    /* A word of `reserved` that this version does not know */
    printf("reserved %d\n", flopshim_begin(&(struct flopshim_context){.quiet = 1, .reserved = {1}}));
    return 0;
}
