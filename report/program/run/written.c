/* A list of names, for the program's lifetime. */
#include "written.h"
#include "output.h"
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static char **paths;
static size_t count;
static bool kept;

void written_begin(void)
{
    kept = true;
}

void written_note(const char *path)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(paths[i], path) == 0)
            return;
    char **more = kept ? realloc(paths, (count + 1) * sizeof(*paths)) : NULL;
    if (!more)
        return;
    paths = more;
    paths[count] = strdup(path);
    count += paths[count] != NULL;
}

void written_note_outputs(void)
{
    uint64_t asked;
    const char *used;
    for (size_t i = 0; (used = output_kept(i, &asked)) != NULL; i++)
        written_note(used);
}

const char *written_at(size_t index)
{
    return index < count ? paths[index] : NULL;
}
