/* Asks MKL's descriptors (dfti.h). Numbers are those of mkl_dfti.h. */
#include "dfti.h"
#include "objects.h"
#include <limits.h>

enum { DFTI_FORWARD_DOMAIN = 0, DFTI_DIMENSION = 1, DFTI_LENGTHS = 2, DFTI_NUMBER_OF_TRANSFORMS = 7 };
enum { DFTI_REAL = 33 };
enum { RANK_MOST = 16 }; /* MKL's own limit is 7 */

extern const uint32_t cost_index_mkl_dft __attribute__((visibility("hidden")));

int64_t dfti_letter(intptr_t domain)
{
    return (int)domain == DFTI_REAL ? 'R' : 'C';
}

static void note(struct plan *room, const void *descriptor, int64_t transform, int64_t n, int64_t howmany)
{
    const int64_t arg[] = {transform, n, howmany, 1};
    plans_fill(room, cost_index_mkl_dft, arg, sizeof arg / sizeof *arg);
    plans_put(descriptor, room);
}

void dfti_set(const void *descriptor, intptr_t what, const void *value)
{
    const struct plan *known = plans_find(descriptor);
    struct plan room;
    if (known && (int)what == DFTI_NUMBER_OF_TRANSFORMS)
        note(&room, descriptor, known->arg[0], known->arg[1], (int64_t)(intptr_t)value);
}

const struct plan *dfti_plan(struct plan *room, const void *target, const void *descriptor, const void *b, const void *c,
                             const void *d)
{
    const struct plan *known = plans_find(descriptor);
    struct object library;
    long (*get)(const void *, int, ...) = NULL;
    int domain = 0;
    long rank = 0, many = 0, lengths[RANK_MOST];
    (void)b, (void)c, (void)d;
    if (known || !descriptor)
        return known;
    if (object_holding((uintptr_t)target, &library))
        *(void **)&get = object_function(&library, "DftiGetValue");
    if (!get || get(descriptor, DFTI_FORWARD_DOMAIN, &domain) || get(descriptor, DFTI_DIMENSION, &rank) || rank < 1 ||
        rank > RANK_MOST || get(descriptor, DFTI_LENGTHS, lengths) || get(descriptor, DFTI_NUMBER_OF_TRANSFORMS, &many))
        return NULL;
    note(room, descriptor, dfti_letter(domain), plans_product(lengths, rank, sizeof *lengths, true), many);
    return room;
}
