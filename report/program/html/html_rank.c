/* Sorts pointers to rows. */
#include "html_rank.h"
#include "order.h"
#include <stdlib.h>

void html_rank_open(struct html_rank *rank, size_t most)
{
    *rank = (struct html_rank){.rows = malloc((most + 1) * sizeof *rank->rows)};
    rank->failed = !rank->rows;
}

void html_rank_add(struct html_rank *rank, const void *row)
{
    if (!rank->failed)
        rank->rows[rank->count++] = row;
}

struct sizes {
    uint64_t (*size_of)(const void *row);
};

static int descending(const void *left, const void *right, const void *context)
{
    const struct sizes *sizes = context;
    const char *a = *(const void *const *)left, *b = *(const void *const *)right;
    uint64_t size_a = sizes->size_of(a), size_b = sizes->size_of(b);
    return size_a != size_b ? (size_a < size_b ? 1 : -1) : (a > b) - (a < b);
}

void html_rank_sort(struct html_rank *rank, uint64_t (*size_of)(const void *row))
{
    const struct sizes sizes = {size_of};
    if (rank->count)
        order_sort(rank->rows, rank->count, sizeof *rank->rows, descending, &sizes);
}

void html_rank_close(struct html_rank *rank)
{
    free(rank->rows);
}
