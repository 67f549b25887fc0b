/* Asks oneDNN's primitives (dnn.h). Numbers are those of its headers, dnnl_types.h of versions 2 and 3, which differ in kinds
 * of primitives and in how a memory descriptor is read. */
#include "dnn.h"
#include "objects.h"
#include <string.h>

enum { QUERY_KIND = 2, QUERY_ARGUMENT = 255, QUERY_RANK = 256, QUERY_DIMS = 257 };
enum {
    SRC = 1,
    DST = 17,
    WEIGHTS = 33,
    WEIGHTS_ITER = 34,
    PROJECTION = 36,
    DIFF_SRC = 129,
    DIFF_DST = 145,
    DIFF_WEIGHTS = 161
};
#define GIVEN_LATER INT64_MIN /* a size that the execution's own arguments have */

enum work { CONVOLUTION, DECONVOLUTION, INNER_PRODUCT, RNN, MATMUL, WORKS };
static const int kinds[2][WORKS] = {{5, 6, 13, 14, 18}, {5, 6, 10, 11, 14}};

/* Places in the table of counts (generated). */
#define PLACE(name) extern const uint32_t cost_index_dnnl_##name __attribute__((visibility("hidden")))
PLACE(convolution);
PLACE(deconvolution);
PLACE(inner_product);
PLACE(rnn);
PLACE(matmul);
#undef PLACE

struct question {
    int (*descriptor_of)(const void *primitive, const void **descriptor);
    int (*query)(const void *descriptor, int what, int index, void *result);
    const void *(*query_memory)(const void *descriptor, int what, int index);
    int (*query_dims)(const void *memory_descriptor, int what, void *result); /* NULL: version 2 */
    int (*memory_of)(const void *memory, const void **memory_descriptor);
    const void *descriptor;
    const struct argument {
        int which;
        const void *memory;
    } * args;
    int count;
    bool is_late; /* a size came from an argument */
};

struct shape {
    int rank; /* 0: there is none */
    const int64_t *dims;
};

static bool find_functions(struct question *q, const void *target)
{
    struct object library;
    if (!object_holding((uintptr_t)target, &library))
        return false;
    *(void **)&q->descriptor_of = object_function(&library, "dnnl_primitive_get_primitive_desc");
    *(void **)&q->query = object_function(&library, "dnnl_primitive_desc_query");
    *(void **)&q->query_memory = object_function(&library, "dnnl_primitive_desc_query_md");
    *(void **)&q->query_dims = object_function(&library, "dnnl_memory_desc_query");
    *(void **)&q->memory_of = object_function(&library, "dnnl_memory_get_memory_desc");
    return q->descriptor_of && q->query && q->query_memory && q->memory_of;
}

/* ---- shapes ---- */

/* A descriptor of version 2 is a structure that begins with its rank and, at 8, its dimensions. */
static struct shape shape_in(const struct question *q, const void *memory_descriptor)
{
    struct shape s = {0, NULL};
    if (!memory_descriptor)
        return s;
    if (!q->query_dims)
        return (struct shape){*(const int *)memory_descriptor, (const int64_t *)((const char *)memory_descriptor + 8)};
    if (q->query_dims(memory_descriptor, QUERY_RANK, &s.rank) || q->query_dims(memory_descriptor, QUERY_DIMS, &s.dims))
        s.rank = 0;
    return s;
}

static bool is_given_later(struct shape s)
{
    for (int i = 0; i < s.rank; i++)
        if (s.dims[i] == GIVEN_LATER)
            return true;
    return false;
}

static struct shape shape_of(struct question *q, int which)
{
    struct shape s = shape_in(q, q->query_memory(q->descriptor, QUERY_ARGUMENT, which));
    if (!is_given_later(s))
        return s;
    const void *memory_descriptor = NULL;
    q->is_late = true;
    for (int i = 0; i < q->count; i++)
        if (q->args[i].which == which && !q->memory_of(q->args[i].memory, &memory_descriptor))
            return shape_in(q, memory_descriptor);
    return (struct shape){0, NULL};
}

/* Of a forward primitive, or of a backward one. */
static struct shape either(struct question *q, int which, int other)
{
    struct shape s = shape_of(q, which);
    return s.rank ? s : shape_of(q, other);
}

static int64_t dim(struct shape s, int i)
{
    return i >= 0 && i < s.rank ? s.dims[i] : 0;
}

/* From the i-th dimension on, up to the last but `left`. */
static int64_t product(struct shape s, int i, int left)
{
    int64_t result = s.rank ? 1 : 0;
    for (; i < s.rank - left; i++)
        result = plans_times(result, s.dims[i]);
    return result;
}

/* ---- sizes ---- */

/* `image` is what each weight meets; weights are [groups,] outputs, inputs, window. */
static void fill_convolution(struct question *q, struct plan *plan, bool turned)
{
    struct shape image = turned ? either(q, SRC, DIFF_SRC) : either(q, DST, DIFF_DST);
    struct shape weights = either(q, WEIGHTS, DIFF_WEIGHTS);
    int grouped = weights.rank > image.rank;
    int64_t all = dim(image, 1), outputs = dim(weights, grouped), inputs = dim(weights, grouped + 1);
    const int64_t arg[] = {dim(image, 0), product(image, 2, 0), turned ? outputs : all, turned ? all : inputs,
                           product(weights, grouped + 2, 0)};
    plans_fill(plan, turned ? cost_index_dnnl_deconvolution : cost_index_dnnl_convolution, arg, 5);
}

static void fill_inner_product(struct question *q, struct plan *plan)
{
    struct shape source = either(q, SRC, DIFF_SRC), weights = either(q, WEIGHTS, DIFF_WEIGHTS);
    const int64_t arg[] = {dim(source, 0), dim(weights, 0), product(source, 1, 0)};
    plans_fill(plan, cost_index_dnnl_inner_product, arg, 3);
}

static void fill_rnn(struct question *q, struct plan *plan)
{
    struct shape source = shape_of(q, SRC);
    int64_t weights = product(shape_of(q, WEIGHTS), 0, 0) + product(shape_of(q, WEIGHTS_ITER), 0, 0) +
                      product(shape_of(q, PROJECTION), 0, 0);
    const int64_t arg[] = {dim(source, 0), dim(source, 1), weights, shape_of(q, DIFF_WEIGHTS).rank ? 2 : 1};
    plans_fill(plan, cost_index_dnnl_rnn, arg, 4);
}

static void fill_matmul(struct question *q, struct plan *plan)
{
    struct shape source = shape_of(q, SRC), result = shape_of(q, DST);
    const int64_t arg[] = {product(result, 0, 2), dim(result, result.rank - 2), dim(result, result.rank - 1),
                           dim(source, source.rank - 1)};
    plans_fill(plan, cost_index_dnnl_matmul, arg, 4);
}

static void fill(struct question *q, struct plan *plan)
{
    int kind = 0;
    enum work work = CONVOLUTION;
    *plan = (struct plan){0};
    q->query(q->descriptor, QUERY_KIND, 0, &kind);
    while (work < WORKS && kinds[q->query_dims != NULL][work] != kind)
        work++;
    if (work == CONVOLUTION || work == DECONVOLUTION)
        fill_convolution(q, plan, work == DECONVOLUTION);
    else if (work == INNER_PRODUCT)
        fill_inner_product(q, plan);
    else if (work == RNN)
        fill_rnn(q, plan);
    else if (work == MATMUL)
        fill_matmul(q, plan);
}

const struct plan *dnn_plan(struct plan *room, const void *target, const void *primitive, const void *stream, const void *nargs,
                            const void *args)
{
    const struct plan *known = plans_find(primitive);
    struct question q = {.args = args, .count = (int)(intptr_t)nargs};
    (void)stream;
    if (known)
        return known;
    if (!primitive || !find_functions(&q, target) || q.descriptor_of(primitive, &q.descriptor))
        return NULL;
    fill(&q, room);
    if (!q.is_late)
        plans_put(primitive, room);
    return room;
}
