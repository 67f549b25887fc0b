/* Sorting without malloc (glibc's qsort allocates): a heapsort in place. Not stable: let `compare` break ties. */
#pragma once
#include <stddef.h>

/* The largest record that order_sort can move, in bytes. */
#define ORDER_MAX_BYTES 256

typedef int (*order_compare)(const void *a, const void *b, const void *context);

/* Sort `count` records of `size` bytes ascending. */
void order_sort(void *base, size_t count, size_t size, order_compare compare, const void *context);
