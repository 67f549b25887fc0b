/* Wrappers of the ways in which an object is unloaded. */
#include "next.h"
#include "unload.h"
#include <dlfcn.h>

static int (*next_close)(void *);
static void (*next_finalize)(void *);

__attribute__((constructor(101))) static void find_all(void)
{
    find_next(&next_close, "dlclose");
    find_next(&next_finalize, "__cxa_finalize");
}

EXPORTED int dlclose(void *handle)
{
    find_next(&next_close, "dlclose");
    unload_begin();
    int result = next_close(handle);
    unload_end();
    return result;
}

/* Every object calls it in its last destructor, with an address of its own: that comes with the compiler's start files. */
void __cxa_finalize(void *object);
EXPORTED void __cxa_finalize(void *object)
{
    find_next(&next_finalize, "__cxa_finalize");
    if (object)
        unload_object(object);
    next_finalize(object);
}
