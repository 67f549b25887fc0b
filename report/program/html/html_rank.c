/* Sorts pointers to rows. */
#include "html_rank.h"
#include "html_put.h"
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
    wide (*size_of)(const void *row);
};

static int descending(const void *left, const void *right, const void *context)
{
    const struct sizes *sizes = context;
    const char *a = *(const void *const *)left, *b = *(const void *const *)right;
    wide size_a = sizes->size_of(a), size_b = sizes->size_of(b);
    return size_a != size_b ? (size_a < size_b ? 1 : -1) : (a > b) - (a < b);
}

void html_rank_sort(struct html_rank *rank, wide (*size_of)(const void *row))
{
    const struct sizes sizes = {size_of};
    if (rank->count)
        order_sort(rank->rows, rank->count, sizeof *rank->rows, descending, &sizes);
}

void html_rank_close(struct html_rank *rank)
{
    free(rank->rows);
}

void html_rank_all(struct html_rank *rank, const void *array, size_t count, size_t row_bytes, wide (*size_of)(const void *row))
{
    html_rank_open(rank, count);
    for (size_t i = 0; i < count; i++)
        html_rank_add(rank, (const char *)array + i * row_bytes);
    html_rank_sort(rank, size_of);
}

void html_rank_put(struct html_rank *rank, struct html_page *page, unsigned columns,
                   void (*put_row)(struct out *out, const void *row, const void *context), const void *context)
{
    size_t shown = rank->count < page->limits.rows ? rank->count : page->limits.rows;
    for (size_t i = 0; i < shown; i++)
        put_row(page->out, rank->rows[i], context);
    out_text(page->out, "</tbody>");
    html_cut_row(page->out, rank->count - shown, columns);
    page->out->failed |= rank->failed;
    html_rank_close(rank);
}
