/* The summary itself, for the buttons that export it: JSON without blanks, in which nothing can end the script that holds it.
 */
#include "html_page.h"
#include "json.h"
#include <string.h>

bool html_has_data(const struct html_page *page)
{
    return page->limits.has_data;
}

/* The length of the string that begins here, with its quotes. */
static size_t string_length(const char *text, size_t length)
{
    size_t i = 1;
    while (i < length && text[i] != '"')
        i += text[i] == '\\' ? 2 : 1;
    return i < length ? i + 1 : length;
}

static void put_string(struct out *out, const char *text, size_t length)
{
    for (const char *at; (at = memchr(text, '<', length)) != NULL;) {
        out_bytes(out, text, (size_t)(at - text));
        out_text(out, "\\u003c");
        length -= (size_t)(at + 1 - text);
        text = at + 1;
    }
    out_bytes(out, text, length);
}

/* Up to the next string or blank. */
static size_t plain_length(const char *text, size_t length)
{
    size_t i = 0;
    while (i < length && text[i] != '"' && text[i] != ' ' && text[i] != '\n')
        i++;
    return i;
}

/* A number with a fraction, without the zeros at its end. */
static void put_plain(struct out *out, const char *text, size_t length)
{
    size_t digits = 0;
    while (digits < length && ((text[digits] >= '0' && text[digits] <= '9') || text[digits] == '.'))
        digits++;
    size_t end = digits;
    if (memchr(text, '.', digits)) {
        while (text[end - 1] == '0')
            end--;
        end -= text[end - 1] == '.';
    }
    out_bytes(out, text, end);
    out_bytes(out, text + digits, length - digits);
}

void html_put_data(struct html_page *page)
{
    struct out json = {0};
    summary_json(page->s, &json);
    for (size_t i = 0; i < json.length;) {
        size_t length = plain_length(json.data + i, json.length - i);
        put_plain(page->out, json.data + i, length);
        i += length;
        if (i < json.length && json.data[i] == '"')
            put_string(page->out, json.data + i, length = string_length(json.data + i, json.length - i));
        else
            length = 1; /* a blank */
        i += length;
    }
    page->out->failed |= json.failed;
    out_free(&json);
}
