/* The parts of a text table: rows, columns, shares, and the order of rows. */
#include "text_rows.h"
#include "pages.h"
#include "utf8.h"
#include <string.h>

size_t text_larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

size_t text_grouped_width(wide value)
{
    size_t digits = 1;
    while ((value /= 10) != 0)
        digits++;
    return digits + (digits - 1) / 3;
}

/* The bytes of the character at `text` that may be shown; 0 where ? stands for the byte: a control character, or no UTF-8,
 * which a terminal of another encoding could take for one. */
static size_t shown(const char *text, size_t length)
{
    size_t bytes = utf8_length(text, length);
    return bytes && !utf8_is_control(text) ? bytes : 0;
}

/* In characters, not bytes. */
size_t text_width(const char *text)
{
    size_t width = 0, length = strlen(text);
    for (size_t i = 0; i < length; width++) {
        size_t bytes = shown(text + i, length - i);
        i += bytes ? bytes : 1;
    }
    return width;
}

void text_put_line(struct out *out, const char *text, size_t length)
{
    for (size_t i = 0; i < length;) {
        size_t bytes = shown(text + i, length - i);
        out_bytes(out, bytes ? text + i : "?", bytes ? bytes : 1);
        i += bytes ? bytes : 1;
    }
}

void text_put_name(struct out *out, const char *text)
{
    text_put_line(out, text, strlen(text));
}

void text_put_blanks(struct out *out, size_t count)
{
    out_pad(out, out->length, count);
}

void text_put_number(struct out *out, wide value, size_t width)
{
    size_t own = text_grouped_width(value);
    text_put_blanks(out, width > own ? width - own : 0);
    out_grouped(out, value);
}

void text_put_or_more(struct out *out, const struct summary *s, wide flops)
{
    out_text(out, s->incomplete & SUMMARY_SATURATED && flops >= SUMMARY_MOST_FLOPS ? " or more" : "");
}

void text_put_share(struct out *out, wide part, wide whole)
{
    out_text(out, "  (");
    out_percent(out, part, whole);
    out_text(out, "%)");
}

size_t text_share_width(wide part, wide whole)
{
    size_t width = strlen("  (0.0%)");
    for (wide tenths = out_tenths(part, whole) / 100; tenths; tenths /= 10)
        width++;
    return width;
}

void text_put_calls(struct out *out, uint64_t calls)
{
    out_grouped(out, calls);
    out_text(out, calls == 1 ? " call" : " calls");
}

void text_put_heading(struct out *out, const char *heading)
{
    out_text(out, "\n  ");
    out_text(out, heading);
}

/* The name's column and the blank behind it. */
void text_put_row_name(struct out *out, const char *name, const struct text_columns *columns)
{
    size_t width = text_width(name);
    text_put_blanks(out, 4);
    text_put_name(out, name);
    text_put_blanks(out, columns->name - width + 1);
}

void text_put_label(struct out *out, const char *label)
{
    size_t start = out->length;
    out_text(out, "  ");
    out_text(out, label);
    out_pad(out, start, TEXT_LABEL_WIDTH);
}

bool text_ranking_open(struct text_ranking *ranking, size_t count)
{
    *ranking = (struct text_ranking){.bytes = (count + 1) * sizeof *ranking->rows};
    ranking->rows = pages_get(ranking->bytes);
    return ranking->rows;
}

void text_ranking_close(struct text_ranking *ranking)
{
    pages_free(ranking->rows, ranking->bytes);
}

int text_descending(wide a, wide b)
{
    return a == b ? 0 : a > b ? -1 : 1;
}
