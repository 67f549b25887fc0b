/* By the oldest dlopen and dlsym, as names.c: the program is to run where it was not built. */
#include "sqlite_open.h"
#ifdef FLOPSHIM_SQLITE
#include "moved_find.h"
#include <dlfcn.h>

MOVED_OLDEST(dlsym);

#define LIBRARY "libsqlite3.so.0"

struct sqlite sqlite;

bool sqlite_open(void)
{
    __typeof__(&dlopen) open_it = MOVED_FIND(dlopen);
    __typeof__(&dlsym) find = MOVED_FIND(dlsym);
    void *library = open_it && find ? open_it(LIBRARY, RTLD_NOW | RTLD_LOCAL) : NULL;
    bool all = library;
#define FIND(name) all = all && (*(void **)&sqlite.name = find(library, "sqlite3_" #name)) != NULL;
    SQLITE_FUNCTIONS(FIND)
#undef FIND
    return all;
}
#else
bool sqlite_open(void)
{
    return false;
}
#endif
