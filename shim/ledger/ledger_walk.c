/* The cursor over a ledger's records. A living process adds records meanwhile: each block's count is read once. */
#include "ledger_walk.h"
#include "ledger_read.h"

const void *ledger_next_record(struct ledger_cursor *cursor)
{
    while (cursor->index == cursor->count) {
        cursor->block = ledger_next(cursor->view, cursor->block);
        if (!cursor->block)
            return NULL;
        uint32_t count = __atomic_load_n(&cursor->block->count, __ATOMIC_ACQUIRE);
        uint32_t capacity = cursor->block->capacity;
        cursor->index = 0;
        cursor->count = cursor->block->kind != cursor->kind ? 0 : count < capacity ? count : capacity;
    }
    return (const char *)(cursor->block + 1) + (size_t)cursor->index++ * cursor->block->record_bytes;
}

size_t ledger_count_records(const struct ledger_view *view, uint32_t kind)
{
    struct ledger_cursor cursor = {.view = view, .kind = kind};
    size_t count = 0;
    while (ledger_next_record(&cursor))
        count++;
    return count;
}
