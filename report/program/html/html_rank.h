/* Rows of a view in order: the largest first, ties as they were added. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct html_rank {
    const void **rows;
    size_t count;
    bool failed; /* out of memory: it takes none */
};

void html_rank_open(struct html_rank *rank, size_t most);
void html_rank_add(struct html_rank *rank, const void *row);
/* Rows of one array alone keep their order on a tie. */
void html_rank_sort(struct html_rank *rank, uint64_t (*size_of)(const void *row));
void html_rank_close(struct html_rank *rank);
