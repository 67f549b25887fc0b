/* Where ncursesw is there (top_curses.h). */
#include "top_curses.h"
#ifdef FLOPSHIM_CURSES
#include "optional.h"
#include <stddef.h>

#define LIBRARY "libncursesw.so.6"

struct curses curses;

bool curses_open(void)
{
    void *library = optional_open(LIBRARY);
    bool all = library;
#define FIND(name) all = all && (*(void **)&curses.name = optional_find(library, #name)) != NULL;
    CURSES_FUNCTIONS(FIND)
#undef FIND
    return all && (curses.screen = optional_find(library, "stdscr")) != NULL;
}
#else
bool curses_open(void)
{
    return false;
}
#endif
