/* Lists here have hundreds of names at the most. */
#include "words.h"
#include <stdlib.h>
#include <string.h>

void words_add(struct words *words, const char *text, size_t length)
{
    for (size_t i = 0; i < words->count; i++)
        if (!strncmp(words->list[i], text, length) && !words->list[i][length])
            return;
    char *copy = strndup(text, length);
    char **more = copy ? realloc(words->list, (words->count + 1) * sizeof *more) : NULL;
    if (!more) {
        free(copy);
        words->failed = true;
        return;
    }
    words->list = more;
    words->list[words->count++] = copy;
}

void words_free(struct words *words)
{
    for (size_t i = 0; i < words->count; i++)
        free(words->list[i]);
    free(words->list);
    *words = (struct words){0};
}
