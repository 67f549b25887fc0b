/* Columns are fixed; the name at the end takes what is left. */
#include "top_text.h"
#include "top_cells.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

/* ---- the head ---- */

static void put_clock(char text[16])
{
    time_t now = time(NULL);
    struct tm local;
    if (!localtime_r(&now, &local) || !strftime(text, 16, "%H:%M:%S", &local))
        *text = 0;
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

/* What is cut off first stands last. */
static void put_title(const struct top_model *model, const struct top_view *view, size_t columns, struct out *out)
{
    char text[128], now[16];
    struct out line = {0};
    put_clock(now);
    snprintf(text, sizeof text, "flopshim top - %s, %zu process%s, %zu thread%s running", now, model->processes,
             model->processes == 1 ? "" : "es", model->threads, plural(model->threads));
    out_text(&line, text);
    snprintf(text, sizeof text, ", %zu ended", model->ended);
    out_text(&line, model->ended ? text : "");
    snprintf(text, sizeof text, ", %llu refused", (unsigned long long)model->refused);
    out_text(&line, model->refused ? text : "");
    out_text(&line, view->paused ? ", PAUSED" : "");
    out_text(&line, *view->of ? ", of " : "");
    out_text(&line, view->of);
    out_bytes(&line, "", 1);
    if (!line.failed)
        top_put_left(out, line.data, columns);
    out_free(&line);
}

static void name_exhaustion(const struct top_model *model, char *text, size_t size)
{
    char time[TOP_CELL_BYTES];
    if (model->budget_used >= model->budget) {
        snprintf(text, size, "exhausted");
    } else if (model->exhausted_in < 0) {
        snprintf(text, size, "not at the present rate");
    } else {
        top_name_time(model->exhausted_in, time);
        snprintf(text, size, "exhausted in %s", time);
    }
}

/* Budget [||||||        45.0%] 450.0 G of 1.000 T, exhausted in 2:05 */
static void put_budget(const struct top_model *model, size_t columns, struct out *out)
{
    enum { BEHIND = 46, LABEL = 8 };
    char used[TOP_CELL_BYTES], budget[TOP_CELL_BYTES], when[64], text[256], share[TOP_CELL_BYTES];
    struct out line = {0};
    top_name_number((double)model->used, used);
    if (!model->has_budget) {
        snprintf(text, sizeof text, "Budget  unlimited, %s FLOPs used in %llu call%s", used, (unsigned long long)model->calls,
                 plural(model->calls));
        top_put_left(out, text, columns);
        return;
    }
    double part = model->budget ? (double)model->budget_used / (double)model->budget : 1;
    size_t room = columns > BEHIND + LABEL + 16 ? columns - BEHIND - LABEL - 2 : 14, full;
    room = room > 60 ? 60 : room;
    snprintf(share, sizeof share, "%.1f%%", part * 100);
    full = (size_t)((part < 1 ? part : 1) * (double)room);
    out_text(&line, "Budget [");
    for (size_t i = 0; i < room; i++) {
        size_t from = room - strlen(share);
        out_bytes(&line, i >= from ? share + (i - from) : i < full ? "|" : " ", 1);
    }
    top_name_number((double)model->budget_used, used);
    top_name_number((double)model->budget, budget);
    name_exhaustion(model, when, sizeof when);
    snprintf(text, sizeof text, "] %s of %s, %s", used, budget, when);
    out_text(&line, text);
    out_bytes(&line, "", 1);
    if (!line.failed)
        top_put_left(out, line.data, columns);
    out_free(&line);
}

static void put_spark(const double *rates, size_t count, double peak, struct out *out)
{
    static const char *const bars[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const letters[] = {" ", ".", ":", "-", "=", "+", "*", "#", "@"};
    for (size_t i = 0; i < count; i++) {
        size_t height = peak > 0 ? (size_t)(rates[i] / peak * 8 + 0.5) : 0;
        height += !height && rates[i] > 0;
        out_text(out, (top_is_utf8() ? bars : letters)[height > 8 ? 8 : height]);
    }
}

/* Rate   [▁▂▃▄▅] 12.34 GFLOP/s, peak 15.10 */
static void put_rate(const struct top_model *model, size_t columns, struct out *out)
{
    enum { BEHIND = 46, LABEL = 8 };
    size_t room = columns > BEHIND + LABEL + 16 ? columns - BEHIND - LABEL - 2 : 14;
    char text[128];
    struct out line = {0};
    room = room > 60 ? 60 : room;
    size_t count = model->rate_count < room ? model->rate_count : room;
    const double *rates = model->rates + model->rate_count - count;
    double peak = 0;
    for (size_t i = 0; i < count; i++)
        peak = rates[i] > peak ? rates[i] : peak;
    out_text(&line, "Rate   [");
    for (size_t i = count; i < room; i++)
        out_text(&line, " ");
    put_spark(rates, count, peak, &line);
    snprintf(text, sizeof text, "] %.3f GFLOP/s, peak %.3f", model->rate / 1e9, peak / 1e9);
    out_text(&line, text);
    out_bytes(&line, "", 1);
    if (!line.failed)
        top_put_left(out, line.data, columns);
    out_free(&line);
}

void top_put_head(const struct top_model *model, const struct top_view *view, unsigned line, size_t columns, struct out *out)
{
    if (line == 0)
        put_title(model, view, columns, out);
    else if (line == 1)
        put_budget(model, columns, out);
    else
        put_rate(model, columns, out);
}

/* ---- the table ---- */

enum { PID = 8, STATE = 2, THREADS = 4, NUMBER = 9, SHARE = 7, RATE = 10, CALLS = 10, TIME = 9 };

/* The rest of a line, and never more than its columns. */
static void put_rest(struct out *out, const struct out *cells, const char *name, size_t columns)
{
    struct out line = {0};
    out_bytes(&line, cells->data, cells->length);
    out_text(&line, "  ");
    out_text(&line, name);
    out_bytes(&line, "", 1);
    if (!line.failed)
        top_put_left(out, line.data, columns);
    out_free(&line);
}

static void put_heading(const struct top_view *view, enum top_sort sort, const char *heading, size_t columns, struct out *out)
{
    char text[32];
    const char *mark = view->inverted ? (top_is_utf8() ? "▲" : "^") : (top_is_utf8() ? "▼" : "v");
    snprintf(text, sizeof text, "%s%s", heading, view->sort == sort ? mark : "");
    top_put_right(out, text, columns);
}

static void name_heading(const struct top_view *view, char text[32])
{
    static const char *const names[TOP_TABS] = {"ROUTINE", "NAMESPACE", "PROGRAM", "PROGRAM"};
    const char *mark = view->inverted ? (top_is_utf8() ? "▲" : "^") : (top_is_utf8() ? "▼" : "v");
    snprintf(text, 32, "%s%s", names[view->tab], view->sort == TOP_BY_NAME ? mark : "");
}

void top_put_heads(const struct top_view *view, size_t columns, struct out *out)
{
    struct out cells = {0};
    char name[32];
    if (view->tab >= TOP_PROCESSES)
        put_heading(view, TOP_BY_PID, "PID", PID, &cells);
    if (view->tab == TOP_THREADS)
        top_put_right(&cells, "TID", PID);
    if (view->tab >= TOP_PROCESSES)
        top_put_right(&cells, "S", STATE);
    if (view->tab == TOP_PROCESSES)
        top_put_right(&cells, "THR", THREADS);
    put_heading(view, TOP_BY_FLOPS, "FLOPS", NUMBER, &cells);
    top_put_right(&cells, "%", SHARE);
    put_heading(view, TOP_BY_RATE, "GFLOP/s", RATE, &cells);
    put_heading(view, TOP_BY_CALLS, "CALLS", CALLS, &cells);
    put_heading(view, TOP_BY_TIME, "TIME", TIME, &cells);
    name_heading(view, name);
    put_rest(out, &cells, name, columns);
    out_free(&cells);
}

static void put_count(struct out *out, uint64_t count, size_t columns)
{
    char text[TOP_CELL_BYTES];
    if (count < 100000000)
        snprintf(text, sizeof text, "%llu", (unsigned long long)count);
    else
        top_name_number((double)count, text);
    top_put_right(out, text, columns);
}

/* With so many decimals. */
static void put_number(struct out *out, double number, int decimals, size_t columns)
{
    char text[TOP_CELL_BYTES];
    snprintf(text, sizeof text, "%.*f", decimals, number);
    top_put_right(out, text, columns);
}

static void put_identity(const struct top_view *view, const struct top_row *row, struct out *out)
{
    if (view->tab < TOP_PROCESSES)
        return;
    put_count(out, row->pid, PID);
    if (view->tab == TOP_THREADS && row->tid)
        put_count(out, row->tid, PID);
    else if (view->tab == TOP_THREADS)
        top_put_right(out, "-", PID);
    top_put_right(out, row->running ? "R" : "E", STATE);
    if (view->tab == TOP_PROCESSES)
        put_count(out, row->threads, THREADS);
}

/* In a tree behind branches; a namespace then by its last part. */
static void name_row(const struct top_view *view, const struct top_row *row, char *text, size_t size)
{
    const char *name = *row->name || view->tab != TOP_NAMESPACES ? row->name : "(none)";
    const char *dot = row->depth && view->tab == TOP_NAMESPACES ? strrchr(name, '.') : NULL;
    snprintf(text, size, "%*s%s%s", row->depth ? 2 * ((int)row->depth - 1) : 0, "",
             !row->depth     ? ""
             : top_is_utf8() ? "└ "
                             : "` ",
             dot ? dot + 1 : name);
}

void top_put_row(const struct top_model *model, const struct top_view *view, const struct top_row *row, size_t columns,
                 struct out *out)
{
    char number[TOP_CELL_BYTES], name[sizeof row->name + 160];
    bool below = view->tree && view->tab == TOP_NAMESPACES;
    wide flops = below ? row->below_flops : row->flops;
    struct out cells = {0};
    put_identity(view, row, &cells);
    top_name_number((double)flops, number);
    top_put_right(&cells, number, NUMBER);
    put_number(&cells, model->used ? 100 * (double)flops / (double)model->used : 0, 1, SHARE);
    put_number(&cells, (below ? row->below_per_second : row->flops_per_second) / 1e9, 3, RATE);
    put_count(&cells, below ? row->below_calls : row->calls, CALLS);
    top_name_time((double)row->elapsed_ns / 1e9, number);
    top_put_right(&cells, row->elapsed_ns ? number : "-", TIME);
    name_row(view, row, name, sizeof name);
    put_rest(out, &cells, name, columns);
    out_free(&cells);
}

void top_view_rows(const struct top_model *model, const struct top_view *view, struct top_rows *rows)
{
    const struct top_order order = {view->sort, view->inverted, view->tree, view->filter};
    *rows = (struct top_rows){0};
    top_rows_append(rows, &model->tables[view->tab]);
    if (view->tab == TOP_NAMESPACES && !view->tree) { /* a row of something in itself only */
        size_t kept = 0;
        for (size_t i = 0; i < rows->count; i++)
            if (rows->list[i].flops || rows->list[i].calls)
                rows->list[kept++] = rows->list[i];
        rows->count = kept;
    }
    top_rows_order(rows, view->tab, &order);
}

/* ---- a frame of text ---- */

static void end_line(struct out *out)
{
    while (out->length && out->data[out->length - 1] == ' ')
        out->length--;
    out_text(out, "\n");
}

void top_put_frame(const struct top_model *model, const struct top_view *view, size_t columns, size_t most, struct out *out)
{
    struct top_rows rows;
    for (unsigned line = 0; line < TOP_HEAD_LINES; line++) {
        top_put_head(model, view, line, columns, out);
        end_line(out);
    }
    out_text(out, "\n");
    top_put_heads(view, columns, out);
    end_line(out);
    top_view_rows(model, view, &rows);
    for (size_t i = 0; i < rows.count && (!most || i < most); i++) {
        top_put_row(model, view, &rows.list[i], columns, out);
        end_line(out);
    }
    out->failed |= rows.failed;
    top_rows_free(&rows);
}
