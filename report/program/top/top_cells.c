/* What is foreign (names of programs and namespaces) comes through here, so that no control character reaches the terminal. */
#include "top_cells.h"
#include "utf8.h"
#include <langinfo.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

bool top_is_utf8(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

static wchar_t decode(const char *text, size_t bytes)
{
    static const unsigned char masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    wchar_t character = (unsigned char)*text & masks[bytes];
    for (size_t i = 1; i < bytes; i++)
        character = character << 6 | (text[i] & 0x3f);
    return character;
}

/* The bytes of the character at `text`, and its columns; 0: a question mark stands for the byte. */
static size_t character_at(const char *text, size_t length, size_t *columns)
{
    size_t bytes = utf8_length(text, length);
    *columns = 1;
    if (!bytes || utf8_is_control(text) || (bytes > 1 && !top_is_utf8()))
        return 0;
    int width = bytes > 1 ? wcwidth(decode(text, bytes)) : 1;
    if (width < 0)
        return 0;
    *columns = (size_t)width;
    return bytes;
}

/* Bytes behind the first of a character that cannot be shown are not question marks of their own. */
static size_t skip(const char *text, size_t length, size_t bytes)
{
    size_t whole = utf8_length(text, length);
    return bytes ? bytes : whole ? whole : 1;
}

/* As much as fits; the columns that it took. */
static size_t put(struct out *out, const char *text, size_t columns)
{
    size_t length = strlen(text), used = 0;
    for (size_t i = 0; i < length;) {
        size_t own, bytes = character_at(text + i, length - i, &own);
        if (used + own > columns)
            break;
        if (out)
            out_bytes(out, bytes ? text + i : "?", bytes ? bytes : 1);
        used += own;
        i += skip(text + i, length - i, bytes);
    }
    return used;
}

size_t top_width(const char *text)
{
    return put(NULL, text, SIZE_MAX);
}

static void put_blanks(struct out *out, size_t count)
{
    while (count--)
        out_text(out, " ");
}

void top_put_left(struct out *out, const char *text, size_t columns)
{
    put_blanks(out, columns - put(out, text, columns));
}

void top_put_right(struct out *out, const char *text, size_t columns)
{
    size_t own = put(NULL, text, columns);
    put_blanks(out, columns - own);
    put(out, text, columns);
}

void top_name_number(double number, char text[TOP_CELL_BYTES])
{
    static const char units[] = "kMGTPEZY";
    size_t unit = 0;
    if (number < 99999.5) {
        snprintf(text, TOP_CELL_BYTES, "%.0f", number);
        return;
    }
    for (number /= 1000; number >= 999.5 && unit < sizeof units - 2; unit++)
        number /= 1000;
    snprintf(text, TOP_CELL_BYTES, "%.*f %c", number < 9.9995 ? 3 : number < 99.995 ? 2 : 1, number, units[unit]);
}

void top_name_time(double seconds, char text[TOP_CELL_BYTES])
{
    unsigned whole = seconds < 3.6e8 ? (unsigned)seconds : 360000000;
    if (seconds < 60)
        snprintf(text, TOP_CELL_BYTES, "%.2fs", seconds);
    else if (whole < 3600)
        snprintf(text, TOP_CELL_BYTES, "%u:%02u", whole / 60, whole % 60);
    else if (whole < 100 * 3600)
        snprintf(text, TOP_CELL_BYTES, "%u:%02u:%02u", whole / 3600, whole / 60 % 60, whole % 60);
    else
        snprintf(text, TOP_CELL_BYTES, "%ud%02uh", whole / 86400, whole / 3600 % 24);
}
