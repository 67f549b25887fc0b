/* JSON in rows (row_json.h). */
#include "row_json.h"
#include <string.h>

void row_text(struct out *out, const char *key, const char *value)
{
    out_text(out, key);
    out_quoted(out, value, strlen(value));
}

void row_number(struct out *out, const char *key, wide value)
{
    out_text(out, key);
    out_number(out, value);
}

void row_lines(struct out *out, const char *key, const char *lines, size_t length)
{
    out_text(out, key);
    out_text(out, "[");
    for (size_t i = 0; i < length;) {
        const char *line = lines + i, *end = memchr(line, '\n', length - i);
        size_t bytes = end ? (size_t)(end - line) : length - i;
        out_text(out, i ? ", " : "");
        out_quoted(out, line, bytes);
        i += bytes + 1;
    }
    out_text(out, "]");
}
