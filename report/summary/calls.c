/* Reads the log of calls from a ledger that may be written to meanwhile (calls.h): what is overwritten between a first look and
 * a second is left out. */
#include "calls.h"
#include "csv.h"
#include "ledger_walk.h"
#include "order.h"
#include "pages.h"
#include "summary_shapes.h"
#include <string.h>

static struct ledger_view view_of(const struct summary *summary)
{
    return (struct ledger_view){.header = summary->ledger, .size_bytes = summary->ledger_bytes};
}

static int by_number(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int by_time(const void *left, const void *right, const void *context)
{
    const struct calls_place *a = left, *b = right;
    (void)context;
    int order = by_number(a->started_ns, b->started_ns);
    order = order ? order : by_number(a->pid, b->pid);
    order = order ? order : by_number(a->tid, b->tid);
    return order ? order : by_number(a->number, b->number);
}

static int by_thread(const void *left, const void *right, const void *context)
{
    const struct calls_place *a = left, *b = right;
    int order = by_number(a->pid, b->pid);
    order = order ? order : by_number(a->tid, b->tid);
    return order ? order : by_time(a, b, context);
}

static void collect(struct calls *calls, const struct ledger_view *view, size_t most)
{
    struct ledger_cursor cursor = {.view = view, .kind = LEDGER_CALLS};
    const struct ledger_call *record;
    while (calls->count < most && (record = ledger_next_record(&cursor)) != NULL) {
        struct ledger_call copy;
        if (!ledger_call_read(record, &copy)) {
            calls->unreadable += copy.number != 0;
            continue;
        }
        const struct ledger_process *process = ledger_process_of(view, cursor.block);
        calls->overwritten += copy.before;
        calls->places[calls->count++] = (struct calls_place){.record = record,
                                                             .number = copy.number,
                                                             .started_ns = copy.started_ns,
                                                             .pid = process ? process->pid : 0,
                                                             .tid = copy.tid};
    }
}

struct summary_log calls_count(const struct ledger_view *view)
{
    struct summary_log log = {.recorded = view->header->detail & LEDGER_DETAIL_CALLS};
    struct ledger_cursor cursor = {.view = view, .kind = LEDGER_CALLS};
    const struct ledger_call *record;
    while (log.recorded && (record = ledger_next_record(&cursor)) != NULL) {
        struct ledger_call copy;
        if (!ledger_call_read(record, &copy))
            continue;
        log.calls++;
        log.overwritten += copy.before;
    }
    return log;
}

bool calls_open(struct calls *calls, const struct summary *summary, enum calls_order order)
{
    *calls = (struct calls){0};
    if (!summary->ledger)
        return true;
    struct ledger_view view = view_of(summary);
    size_t most = ledger_count_records(&view, LEDGER_CALLS);
    calls->bytes = most * sizeof *calls->places + 1;
    calls->places = pages_reserve(calls->bytes);
    if (!calls->places)
        return false;
    collect(calls, &view, most);
    order_sort(calls->places, calls->count, sizeof *calls->places, order == CALLS_BY_TIME ? by_time : by_thread, NULL);
    return true;
}

void calls_close(struct calls *calls)
{
    pages_free(calls->places, calls->bytes);
}

bool calls_read(const struct summary *summary, const struct calls_place *place, struct calls_row *row,
                char shape[CALLS_SHAPE_BYTES])
{
    struct ledger_view view = view_of(summary);
    struct ledger_call copy;
    if (!ledger_call_read(place->record, &copy) || copy.number != place->number)
        return false;
    const struct ledger_tally *tally = ledger_tally_at(&view, copy.tally);
    uint64_t origin = summary->start_monotonic_ns;
    *row = (struct calls_row){
        .operation = tally ? ledger_string(&view, tally->operation) : "",
        .namespace_ = tally ? ledger_string(&view, tally->namespace_) : "",
        .started_ns = copy.started_ns > origin ? copy.started_ns - origin : 0,
        .ended = ledger_call_ended(&copy),
        .flops = copy.flops,
    };
    row->elapsed_ns = row->ended ? copy.elapsed_ns : 0;
    shapes_text(ledger_string(&view, copy.names), copy.values, shape);
    return true;
}

static void put_numbers(struct out *out, const struct calls_place *place, const struct calls_row *row)
{
    out_number(out, place->pid);
    out_text(out, ",");
    out_number(out, place->tid);
    out_text(out, ",");
    out_number(out, place->number);
    out_text(out, ",");
    out_decimal(out, row->started_ns, 9);
    out_text(out, ",");
    if (row->ended)
        out_decimal(out, row->elapsed_ns, 9);
    out_text(out, ",");
}

void calls_csv(const struct summary *summary, struct out *out)
{
    struct calls calls;
    struct calls_row row;
    char shape[CALLS_SHAPE_BYTES];
    if (!calls_open(&calls, summary, CALLS_BY_TIME)) {
        out->failed = true;
        return;
    }
    out_text(out, "process,thread,number,start_seconds,seconds,namespace,operation,flop_cost,shape\n");
    for (size_t i = 0; i < calls.count; i++) {
        if (!calls_read(summary, &calls.places[i], &row, shape))
            continue;
        put_numbers(out, &calls.places[i], &row);
        csv_field(out, row.namespace_);
        out_text(out, ",");
        csv_field(out, row.operation);
        out_text(out, ",");
        out_number(out, row.flops);
        out_text(out, ",");
        csv_field(out, shape);
        out_text(out, "\n");
    }
    calls_close(&calls);
}
