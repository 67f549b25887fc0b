/* Adds up what shapes moved (summary_moved.h). */
#include "summary_moved.h"
#include "movement.h"
#include "precisions.h"

bool summary_moved_by_shape(int routine, const struct summary_shape *shape, uint64_t *bytes)
{
    if (routine < 0 || shape->caller || !movement_of_shape(&cost_routines[routine], shape->text, bytes))
        return false;
    if (__builtin_mul_overflow(*bytes, shape->calls, bytes))
        *bytes = UINT64_MAX;
    return true;
}

struct summary_moved summary_moved_by(const struct summary_operation *operation)
{
    struct summary_moved moved = {0};
    int routine = operation->shapes.count ? precisions_routine(operation->name) : -1;
    for (size_t i = 0; i < operation->shapes.count; i++) {
        const struct summary_shape *shape = &operation->shapes.rows[i];
        uint64_t bytes;
        if (!summary_moved_by_shape(routine, shape, &bytes))
            continue;
        moved.bytes = cost_sum(moved.bytes, bytes);
        moved.flops = cost_sum(moved.flops, shape->flop_cost);
        moved.calls = cost_sum(moved.calls, shape->calls);
    }
    return moved;
}

struct summary_moved summary_moved(const struct summary *summary)
{
    struct summary_moved all = {0};
    for (size_t i = 0; i < summary->operation_count; i++) {
        struct summary_moved moved = summary_moved_by(&summary->operations[i]);
        all.bytes = cost_sum(all.bytes, moved.bytes);
        all.flops = cost_sum(all.flops, moved.flops);
        all.calls = cost_sum(all.calls, moved.calls);
    }
    return all;
}
