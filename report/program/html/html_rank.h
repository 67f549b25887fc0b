/* Rows of a view in order: the largest first, ties as they were added. */
#pragma once
#include "html_page.h"
#include <stdbool.h>
#include <stddef.h>
#include "wide.h"

struct html_rank {
    const void **rows;
    size_t count;
    bool failed; /* out of memory: it takes none */
};

void html_rank_open(struct html_rank *rank, size_t most);
void html_rank_add(struct html_rank *rank, const void *row);
/* Rows of one array alone keep their order on a tie. */
void html_rank_sort(struct html_rank *rank, wide (*size_of)(const void *row));
void html_rank_close(struct html_rank *rank);
/* Opened with all rows of an array, and sorted. */
void html_rank_all(struct html_rank *rank, const void *array, size_t count, size_t row_bytes, wide (*size_of)(const void *row));
/* The rows of a table, as many as there may be, and its end; the rank is closed. */
void html_rank_put(struct html_rank *rank, struct html_page *page, unsigned columns,
                   void (*put_row)(struct out *out, const void *row, const void *context), const void *context);
