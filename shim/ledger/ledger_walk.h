/* Walking the records of one kind through all blocks of a checked ledger. */
#pragma once
#include "ledger_read.h"

/* Set view and kind, leave the rest 0. */
struct ledger_cursor {
    const struct ledger_view *view;
    uint32_t kind;
    const struct ledger_block *block;
    uint32_t index;
    uint32_t count;
};

/* The next record, or NULL behind the last. */
const void *ledger_next_record(struct ledger_cursor *cursor);

size_t ledger_count_records(const struct ledger_view *view, uint32_t kind);
