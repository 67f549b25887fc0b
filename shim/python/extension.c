/* Known extensions, by the names of their files (extension.h). */
#include "extension.h"
#include "objects.h"
#include <string.h>

bool extension_checks_errors(const struct binding *caller)
{
    static const char *const names[] = {"/_multiarray_umath.", "/_umath_linalg.", "/_fblas.", "/_flapack."};
    uintptr_t start, end;
    const char *path;
    if (!caller->start || !object_at(caller->start, &start, &end, &path))
        return false;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strstr(path, names[i]))
            return true;
    return false;
}
