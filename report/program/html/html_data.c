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
    for (size_t i = 0; i < length; i++)
        if (text[i] == '<')
            out_text(out, "\\u003c");
        else
            out_bytes(out, &text[i], 1);
}

void html_put_data(struct html_page *page)
{
    struct out json = {0};
    summary_json(page->s, &json);
    for (size_t i = 0; i < json.length;) {
        size_t length = 1;
        if (json.data[i] == '"')
            put_string(page->out, json.data + i, length = string_length(json.data + i, json.length - i));
        else if (json.data[i] != ' ' && json.data[i] != '\n')
            out_bytes(page->out, &json.data[i], 1);
        i += length;
    }
    page->out->failed |= json.failed;
    out_free(&json);
}
