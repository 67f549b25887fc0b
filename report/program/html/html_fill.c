/* The template: {{name}} is where a view's markup goes; what stands between {{if name}} and {{end}} is left out where the view
 * has nothing to show. These may stand inside each other. */
#include "html_page.h"
#include <string.h>

#define OPENING "{{"
#define CLOSING "}}"

static const struct html_view *find(const struct html_view *views, size_t count, const char *name, size_t length)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(views[i].name) == length && strncmp(views[i].name, name, length) == 0)
            return &views[i];
    return NULL;
}

static bool starts(const char *text, size_t length, const char *start)
{
    return length >= strlen(start) && strncmp(text, start, strlen(start)) == 0;
}

/* Where a view that has nothing begins, everything is passed over up to its end. */
void html_fill(struct html_page *page, const struct html_view *views, size_t count)
{
    unsigned hidden = 0, depth = 0; /* hidden: the depth from which on nothing is put */
    const char *text = html_shell;
    for (const char *at; (at = strstr(text, OPENING)) != NULL;) {
        const char *word = at + strlen(OPENING), *end = strstr(word, CLOSING);
        size_t length = (size_t)(end - word);
        if (!hidden)
            out_bytes(page->out, text, (size_t)(at - text));
        text = end + strlen(CLOSING);
        bool is_if = starts(word, length, "if ");
        const struct html_view *view = find(views, count, word + (is_if ? 3 : 0), length - (is_if ? 3 : 0));
        if (starts(word, length, "end")) {
            hidden = hidden == depth ? 0 : hidden;
            depth--;
        } else if (is_if) {
            depth++;
            if (!hidden && !(view && view->has && view->has(page)))
                hidden = depth;
        } else if (!hidden && view) {
            view->put(page);
        }
    }
    out_text(page->out, text);
}
