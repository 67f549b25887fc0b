/* Tables by one thing, written as text, CSV and JSON (by.h). */
#include "by.h"
#include "csv.h"
#include "merge_sums.h"
#include "row_json.h"
#include "text_rows.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define BY_SCHEMA 1 /* raised when a key's meaning changes */

static int descending(const void *left, const void *right)
{
    const struct by_row *a = *(struct by_row *const *)left, *b = *(struct by_row *const *)right;
    if (a->flop_cost != b->flop_cost)
        return a->flop_cost < b->flop_cost ? 1 : -1;
    if (a->calls != b->calls)
        return a->calls < b->calls ? 1 : -1;
    int order = strcmp(a->name, b->name);
    return order ? order : strcmp(a->detail ? a->detail : "", b->detail ? b->detail : "");
}

static void sort(struct by_table *table)
{
    if (table->count)
        qsort(table->rows, table->count, sizeof(*table->rows), descending);
}

static const char *shown_name(const struct by_table *table, const struct by_row *row)
{
    if (table->kind == BY_NAMESPACE && !*row->name)
        return "(unlabelled)";
    return *row->name || row->detail ? row->name : by_columns[table->kind].rest;
}

/* Where a caller is from stands in its name. */
static const char *shown_detail(const struct by_table *table, const struct by_row *row)
{
    if (!by_columns[table->kind].detail || table->kind == BY_CALLER)
        return "";
    if (row->detail && !*row->detail)
        return "(no dimensions)";
    return row->detail ? row->detail : by_columns[table->kind].rest;
}

enum { NAME, DETAIL, FLOPS, SHARE, CALLS, COLUMNS };

/* A cell; of the last cell of a line no blanks stand behind it. */
static void put_cell(struct out *out, const struct out *cell, size_t width, bool to_the_right)
{
    size_t shown = 0;
    for (size_t i = 0; i < cell->length; i++)
        shown += ((unsigned char)cell->data[i] & 0xc0) != 0x80;
    if (!width)
        return;
    out_text(out, "  ");
    if (to_the_right)
        text_put_blanks(out, width - shown);
    out_bytes(out, cell->data, cell->length);
    if (!to_the_right)
        text_put_blanks(out, width - shown);
}

static void put_share(struct out *out, wide part, wide whole)
{
    wide tenths = out_tenths(part, whole);
    merge_put_wide(out, tenths / 10, false);
    out_text(out, ".");
    out_number(out, (uint64_t)(tenths % 10));
    out_text(out, "%");
}

static void fill_cell(struct out *cell, int column, const struct by_table *table, const struct by_row *row, wide whole)
{
    cell->length = 0;
    switch (column) {
    case NAME: text_put_name(cell, shown_name(table, row)); break;
    case DETAIL: text_put_name(cell, shown_detail(table, row)); break;
    case FLOPS: merge_put_wide(cell, row->flop_cost, true); break;
    case SHARE: put_share(cell, row->flop_cost, whole); break;
    default: merge_put_wide(cell, row->calls, true);
    }
}

static void fill_head(struct out *cell, int column, const struct by_table *table)
{
    static const char *const heads[COLUMNS] = {[FLOPS] = "FLOPs", [SHARE] = "SHARE", [CALLS] = "CALLS"};
    const struct by_columns *names = &by_columns[table->kind];
    bool has_detail = names->detail && table->kind != BY_CALLER;
    const char *head = column == NAME ? names->name : column == DETAIL ? (has_detail ? names->detail : "") : heads[column];
    cell->length = 0;
    for (; *head; head++)
        out_bytes(cell, (const char[]){column <= DETAIL ? (char)toupper((unsigned char)*head) : *head}, 1);
}

static size_t width_of(const struct out *cell)
{
    size_t width = 0;
    for (size_t i = 0; i < cell->length; i++)
        width += ((unsigned char)cell->data[i] & 0xc0) != 0x80;
    return width;
}

static void put_table(struct out *out, const struct by_table *table, wide whole)
{
    struct out cell = {0};
    size_t widths[COLUMNS];
    for (int column = 0; column < COLUMNS; column++) {
        fill_head(&cell, column, table);
        widths[column] = width_of(&cell);
        for (size_t i = 0; i < table->count; i++) {
            fill_cell(&cell, column, table, table->rows[i], whole);
            widths[column] = text_larger(widths[column], width_of(&cell));
        }
    }
    for (size_t i = 0; i <= table->count; i++) {
        for (int column = 0; column < COLUMNS; column++) {
            if (i)
                fill_cell(&cell, column, table, table->rows[i - 1], whole);
            else
                fill_head(&cell, column, table);
            put_cell(out, &cell, widths[column], column >= FLOPS);
        }
        out_text(out, "\n");
    }
    out->failed |= cell.failed;
    out_free(&cell);
}

static void put_count(struct out *out, wide count, const char *one, const char *many)
{
    merge_put_wide(out, count, true);
    out_text(out, count == 1 ? one : many);
}

void by_text(struct by_report *report, struct out *out)
{
    put_count(out, report->flops_used, " FLOP in ", " FLOPs in ");
    put_count(out, report->calls, " call", " calls");
    if (report->files != 1) {
        out_text(out, " of ");
        put_count(out, report->files, " file", " files");
    }
    out_text(out, report->complete ? "\n" : " (incomplete: there may be more)\n");
    for (size_t i = 0; i < report->table_count; i++) {
        sort(&report->tables[i]);
        out_text(out, "\n");
        put_table(out, &report->tables[i], report->flops_used);
    }
}

void by_csv(struct by_report *report, struct out *out)
{
    struct by_table *table = &report->tables[0];
    const struct by_columns *columns = &by_columns[table->kind];
    sort(table);
    out_text(out, columns->name);
    out_text(out, columns->detail ? "," : "");
    out_text(out, columns->detail ? columns->detail : "");
    out_text(out, ",flop_cost,calls\n");
    for (size_t i = 0; i < table->count; i++) {
        const struct by_row *row = table->rows[i];
        csv_field(out, row->name);
        if (columns->detail) {
            out_text(out, ",");
            csv_field(out, row->detail ? row->detail : columns->rest);
        }
        out_text(out, ",");
        merge_put_wide(out, row->flop_cost, false);
        out_text(out, ",");
        merge_put_wide(out, row->calls, false);
        out_text(out, "\n");
    }
}

static void put_member(struct out *out, const char *before, const char *key, const char *value)
{
    out_text(out, before);
    out_text(out, "\"");
    out_text(out, key);
    out_text(out, "\": ");
    if (value)
        out_quoted(out, value, strlen(value));
    else
        out_text(out, "null");
}

static void put_row(struct out *out, const struct by_columns *columns, const struct by_row *row)
{
    put_member(out, "{", columns->name, row->name);
    if (columns->detail)
        put_member(out, ", ", columns->detail, row->detail);
    out_text(out, ", \"flop_cost\": ");
    merge_put_wide(out, row->flop_cost, false);
    out_text(out, ", \"calls\": ");
    merge_put_wide(out, row->calls, false);
    out_text(out, "}");
}

void by_json(struct by_report *report, struct out *out)
{
    static const char *const words[BY_KINDS] = {"namespace", "routine", "process", "caller", "shape", "precision"};
    row_number(out, "{\n  \"by_schema_version\": ", BY_SCHEMA);
    row_number(out, ",\n  \"files\": ", report->files);
    put_member(out, ",\n  ", "cost_model", report->cost_model);
    put_member(out, ",\n  ", "convention", report->convention);
    out_text(out, ",\n  \"flop_multiplier\": ");
    out_text(out, report->multiplier);
    put_member(out, ",\n  ", "weights", report->weights);
    out_text(out, report->complete ? ",\n  \"complete\": true" : ",\n  \"complete\": false");
    out_text(out, ",\n  \"flops_used\": ");
    merge_put_wide(out, report->flops_used, false);
    out_text(out, ",\n  \"calls\": ");
    merge_put_wide(out, report->calls, false);
    out_text(out, ",\n  \"tables\": [");
    for (size_t i = 0; i < report->table_count; i++) {
        struct by_table *table = &report->tables[i];
        sort(table);
        put_member(out, i ? ",\n    {" : "\n    {", "by", words[table->kind]);
        out_text(out, ", \"rows\": [");
        for (size_t j = 0; j < table->count; j++) {
            out_text(out, j ? ",\n      " : "\n      ");
            put_row(out, &by_columns[table->kind], table->rows[j]);
        }
        out_text(out, table->count ? "\n    ]}" : "]}");
    }
    out_text(out, "\n  ]\n}\n");
}
