/* Adds up what shapes moved (summary_moved.h). */
#include "summary_moved.h"
#include "movement.h"
#include "precisions.h"

bool summary_moved_by_shape(int routine, const struct summary_shape *shape, wide *bytes)
{
    uint64_t of_one;
    if (routine < 0 || shape->caller || !movement_of_shape(&cost_routines[routine], shape->text, &of_one))
        return false;
    *bytes = (wide)of_one * shape->calls;
    return true;
}

struct summary_moved summary_moved_by(const struct summary_operation *operation)
{
    struct summary_moved moved = {0};
    int routine = operation->shapes.count ? precisions_routine(operation->name) : -1;
    for (size_t i = 0; i < operation->shapes.count; i++) {
        const struct summary_shape *shape = &operation->shapes.rows[i];
        wide bytes;
        if (summary_moved_by_shape(routine, shape, &bytes))
            summary_moved_add(&moved, &(struct summary_moved){bytes, shape->flop_cost, shape->calls});
    }
    return moved;
}

void summary_moved_add(struct summary_moved *to, const struct summary_moved *moved)
{
    to->bytes = wide_sum(to->bytes, moved->bytes);
    to->flops = wide_sum(to->flops, moved->flops);
    to->calls = cost_sum(to->calls, moved->calls);
}

struct summary_moved summary_moved(const struct summary *summary)
{
    struct summary_moved all = {0};
    for (size_t i = 0; i < summary->operation_count; i++) {
        struct summary_moved moved = summary_moved_by(&summary->operations[i]);
        summary_moved_add(&all, &moved);
    }
    return all;
}
