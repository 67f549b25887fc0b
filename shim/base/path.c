/* The base name of a path. Unlike basename(3) it changes nothing, and of a path that ends in a slash it is empty. */
#include "path.h"
#include <string.h>

const char *path_base(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}
