/* Heapsort: n log n in the worst case, no memory but one record on the stack. */
#include "order.h"
#include <string.h>

struct heap {
    char *base;
    size_t count;
    size_t size;
    order_compare compare;
    const void *context;
};

static char *at(const struct heap *heap, size_t index)
{
    return heap->base + index * heap->size;
}

static void swap(const struct heap *heap, size_t a, size_t b)
{
    char kept[ORDER_MAX_BYTES];
    memcpy(kept, at(heap, a), heap->size);
    memcpy(at(heap, a), at(heap, b), heap->size);
    memcpy(at(heap, b), kept, heap->size);
}

static void sift_down(const struct heap *heap, size_t root)
{
    for (;;) {
        size_t child = 2 * root + 1;
        if (child >= heap->count)
            return;
        if (child + 1 < heap->count && heap->compare(at(heap, child), at(heap, child + 1), heap->context) < 0)
            child++;
        if (heap->compare(at(heap, root), at(heap, child), heap->context) >= 0)
            return;
        swap(heap, root, child);
        root = child;
    }
}

void order_sort(void *base, size_t count, size_t size, order_compare compare, const void *context)
{
    struct heap heap = {base, count, size, compare, context};
    for (size_t root = count / 2; root-- > 0;)
        sift_down(&heap, root);
    while (heap.count > 1) {
        heap.count--;
        swap(&heap, 0, heap.count);
        sift_down(&heap, 0);
    }
}
