/* Lines of what could not be seen (uncovered.h). */
#include "uncovered.h"
#include <stdarg.h>
#include <string.h>

static bool has_line(const struct uncovered *list, const char *line)
{
    size_t length = strlen(line);
    for (const char *p = list->text; (p = strstr(p, line)); p++)
        if ((p == list->text || p[-1] == '\n') && (!p[length] || p[length] == '\n'))
            return true;
    return false;
}

static void add_line(struct uncovered *list, const char *line)
{
    static const char more[] = "and more";
    size_t length = strlen(line);
    if (!length || has_line(list, line))
        return;
    if (list->length + length + sizeof more + 2 > sizeof list->text) {
        if (has_line(list, more))
            return;
        line = more;
        length = sizeof more - 1;
    }
    if (list->length)
        list->text[list->length++] = '\n';
    memcpy(list->text + list->length, line, length + 1);
    list->length += length;
}

void uncovered_add(struct uncovered *list, const char *first, ...)
{
    char line[1024];
    size_t length = 0;
    va_list pieces;
    va_start(pieces, first);
    for (const char *piece = first; piece; piece = va_arg(pieces, const char *))
        for (; *piece && length < sizeof line - 1; piece++)
            line[length++] = (unsigned char)*piece < ' ' ? '?' : *piece;
    va_end(pieces);
    line[length] = 0;
    add_line(list, line);
}

void uncovered_merge(struct uncovered *list, const struct uncovered *more)
{
    char line[1024];
    for (const char *p = more->text; *p;) {
        size_t length = strcspn(p, "\n");
        memcpy(line, p, length);
        line[length] = 0;
        add_line(list, line);
        p += length + (p[length] == '\n');
    }
}
