/* Functions of moved.h that the loader did not link (moved_find.h). */
#include "moved_find.h"
#include "objects.h"
#include <stddef.h>
#include <string.h>

static const char *const libraries[] = {"libc.so.6", "libdl.so.2", "libpthread.so.0"};

static void *find_loaded(const char *name)
{
    struct object library;
    void *found = NULL;
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries && !found; i++)
        if (object_named(libraries[i], &library))
            found = object_function(&library, name);
    return found;
}

/* As an earlier glibc loads libraries for itself; the loader wants to be told that it is a dlopen. */
static void load_libdl(void)
{
    void *(*open)(const char *, int) = (void *(*)(const char *, int))find_loaded("__libc_dlopen_mode");
    if (open)
        open("libdl.so.2", (int)(RTLD_NOW | 0x80000000U));
}

void *moved_find(const char *name)
{
    void *found = find_loaded(name);
    if (found || strncmp(name, "dl", 2) != 0)
        return found;
    load_libdl();
    return find_loaded(name);
}
