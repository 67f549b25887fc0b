/* By the oldest dlopen and dlsym, as names.c: the program is to run where it was not built. */
#include "top_curses.h"
#ifdef FLOPSHIM_CURSES
#include "moved_find.h"
#include <dlfcn.h>

MOVED_OLDEST(dlsym);

#define LIBRARY "libncursesw.so.6"

struct curses curses;

bool curses_open(void)
{
    __typeof__(&dlopen) open_it = MOVED_FIND(dlopen);
    __typeof__(&dlsym) find = MOVED_FIND(dlsym);
    void *library = open_it && find ? open_it(LIBRARY, RTLD_NOW | RTLD_LOCAL) : NULL;
    bool all = library;
#define FIND(name) all = all && (*(void **)&curses.name = find(library, #name)) != NULL;
    CURSES_FUNCTIONS(FIND)
#undef FIND
    return all && (curses.screen = find(library, "stdscr")) != NULL;
}
#else
bool curses_open(void)
{
    return false;
}
#endif
