/* Where SQLite is there (sqlite_open.h). */
#include "sqlite_open.h"
#ifdef FLOPSHIM_SQLITE
#include "optional.h"
#include <stddef.h>

#define LIBRARY "libsqlite3.so.0"

struct sqlite sqlite;

bool sqlite_open(void)
{
    void *library = optional_open(LIBRARY);
    bool all = library;
#define FIND(name) all = all && (*(void **)&sqlite.name = optional_find(library, "sqlite3_" #name)) != NULL;
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
