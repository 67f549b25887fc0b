/* The cursor over a ledger's records. A living process adds records meanwhile: each block's count is read once. */
#include "ledger_walk.h"
#include "ledger_check.h"

static bool is_wanted(const struct ledger_cursor *cursor)
{
    return cursor->block->kind == cursor->kind &&
           (!cursor->of_one || ledger_process_of(cursor->view, cursor->block) == cursor->process);
}

/* How many records of a block may be read. */
static uint32_t count_of(const struct ledger_view *view, const struct ledger_block *block)
{
    size_t room = (view->size_bytes - offset_of(view, block + 1)) / record_size(block->kind);
    uint32_t count = load_count(block), capacity = block->capacity;
    count = count < capacity ? count : capacity;
    return count < room ? count : (uint32_t)room;
}

const void *ledger_next_record(struct ledger_cursor *cursor)
{
    while (cursor->index == cursor->count) {
        cursor->block = ledger_next(cursor->view, cursor->block);
        if (!cursor->block)
            return NULL;
        cursor->index = 0;
        cursor->count = is_wanted(cursor) ? count_of(cursor->view, cursor->block) : 0;
    }
    return (const char *)(cursor->block + 1) + cursor->index++ * record_size(cursor->kind);
}

size_t ledger_count_records(const struct ledger_view *view, uint32_t kind)
{
    struct ledger_cursor cursor = {.view = view, .kind = kind};
    size_t count = 0;
    while (ledger_next_record(&cursor))
        count++;
    return count;
}
