/* Parts of names (path.h). Unlike basename(3) path_base() changes nothing, and of a path that ends in a slash it is empty. */
#include "path.h"
#include <string.h>

const char *path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

bool path_ends_with(const char *path, const char *end)
{
    size_t length = strlen(path), wanted = strlen(end);
    return length >= wanted && strcmp(path + length - wanted, end) == 0;
}
