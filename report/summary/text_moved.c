/* Memory traffic that no cache saves (text_moved.h): the routines that moved most. */
#include "text_moved.h"
#include "order.h"
#include "summary_moved.h"
#include "text_rows.h"

#define ROUTINES 8

struct row {
    const struct summary_operation *operation;
    struct summary_moved moved;
};
_Static_assert(sizeof(struct row) <= ORDER_MAX_BYTES, "can be sorted");

static int by_bytes(const void *left, const void *right, const void *context)
{
    const struct row *a = left, *b = right;
    (void)context;
    int order = text_descending(a->moved.bytes, b->moved.bytes);
    return order ? order : (a->operation > b->operation) - (a->operation < b->operation);
}

/* "21.33", of flops and bytes > 0. */
static void put_intensity(struct out *out, wide flops, wide bytes)
{
    out_decimal(out, (flops * 200 + bytes) / (bytes * 2), 2);
}

static void put_row(struct out *out, const struct row *row, wide whole, const struct text_columns *columns)
{
    text_put_row_name(out, row->operation->name, columns);
    text_put_number(out, row->moved.bytes, columns->number);
    out_text(out, " bytes");
    text_put_share(out, row->moved.bytes, whole);
    out_text(out, "  [");
    put_intensity(out, row->moved.flops, row->moved.bytes);
    out_text(out, " FLOPs/byte]\n");
}

void text_moved(const struct summary *s, struct out *out)
{
    struct row rows[ROUTINES + 1] = {{0}};
    struct text_columns columns = {TEXT_NAME_WIDTH, TEXT_NUMBER_WIDTH};
    struct summary_moved all = {0};
    size_t count = 0;
    for (size_t i = 0; i < s->operation_count; i++) {
        rows[count] = (struct row){&s->operations[i], summary_moved_by(&s->operations[i])};
        summary_moved_add(&all, &rows[count].moved);
        if (!rows[count].moved.bytes)
            continue;
        columns.name = text_larger(columns.name, text_width(s->operations[i].name));
        columns.number = text_larger(columns.number, text_grouped_width(rows[count].moved.bytes));
        order_sort(rows, count + 1, sizeof *rows, by_bytes, NULL);
        count += count < ROUTINES;
    }
    if (!all.bytes)
        return;
    text_put_heading(out, "Memory traffic, at least");
    if (all.flops < s->flops_used) {
        out_text(out, " (of calls with ");
        out_percent(out, all.flops, s->flops_used);
        out_text(out, "% of the FLOPs)");
    }
    out_text(out, ":\n");
    for (size_t i = 0; i < count; i++)
        put_row(out, &rows[i], all.bytes, &columns);
}
