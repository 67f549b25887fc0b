/* Walking the records of one kind through all blocks of a ledger: one that was checked, or one that processes write to. No
 * record reaches beyond the view, whatever a block says of itself. */
#pragma once
#include "ledger_read.h"

/* Set view and kind, and where only one process's records are wanted, which; leave the rest 0. */
struct ledger_cursor {
    const struct ledger_view *view;
    uint32_t kind;
    bool of_one;
    const struct ledger_process *process; /* NULL: one that has no record yet, so there are none */
    const struct ledger_block *block;     /* that the last record lies in */
    uint32_t index;
    uint32_t count;
};

/* The next record, or NULL behind the last. */
const void *ledger_next_record(struct ledger_cursor *cursor);

size_t ledger_count_records(const struct ledger_view *view, uint32_t kind);
