/* dlopen and dlsym, wherever the C library has them (optional.h). */
#include "optional.h"
#include "moved_find.h"
#include <dlfcn.h>
#include <stddef.h>

MOVED_OLDEST(dlsym);

void *optional_open(const char *library)
{
    __typeof__(&dlopen) open_it = MOVED_FIND(dlopen);
    return open_it ? open_it(library, RTLD_NOW | RTLD_LOCAL) : NULL;
}

void *optional_find(void *library, const char *name)
{
    __typeof__(&dlsym) find = MOVED_FIND(dlsym);
    return find && library ? find(library, name) : NULL;
}
