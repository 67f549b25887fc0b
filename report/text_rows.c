/* The parts of a text table: rows, columns, shares, and the order of rows. */
#include "text_rows.h"
#include <string.h>
#include <sys/mman.h>

size_t text_larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

size_t text_grouped_width(uint64_t value)
{
    size_t digits = 1;
    while ((value /= 10) != 0)
        digits++;
    return digits + (digits - 1) / 3;
}

/* In characters, not bytes. */
size_t text_width(const char *text)
{
    size_t width = 0;
    for (; *text; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

/* Names come from the program: no control character may reach the terminal. */
void text_put_name(struct out *out, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        out_bytes(out, c < 0x20 || c == 0x7f ? "?" : text, 1);
    }
}

void text_put_blanks(struct out *out, size_t count)
{
    out_pad(out, out->length, count);
}

void text_put_number(struct out *out, uint64_t value, size_t width)
{
    size_t own = text_grouped_width(value);
    text_put_blanks(out, width > own ? width - own : 0);
    out_grouped(out, value);
}

void text_put_share(struct out *out, uint64_t part, uint64_t whole)
{
    out_text(out, "  (");
    out_percent(out, part, whole);
    out_text(out, "%)");
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
    ranking->rows = mmap(NULL, ranking->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return ranking->rows != MAP_FAILED;
}

void text_ranking_close(struct text_ranking *ranking)
{
    munmap(ranking->rows, ranking->bytes);
}

int text_descending(uint64_t a, uint64_t b)
{
    return a == b ? 0 : a > b ? -1 : 1;
}
