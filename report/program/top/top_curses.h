/* ncursesw, which is opened when it is wanted, so that the program runs without it. Its functions are called as curses.name().
 */
#pragma once
#include <stdbool.h>
#ifdef FLOPSHIM_CURSES
#define NCURSES_NOMACROS
#include <curses.h>

#define CURSES_FUNCTIONS(F) \
    F(newterm)              \
    F(delscreen)            \
    F(endwin)               \
    F(cbreak)               \
    F(noecho)               \
    F(nonl)                 \
    F(keypad)               \
    F(set_escdelay)         \
    F(curs_set)             \
    F(wtimeout)             \
    F(wget_wch)             \
    F(werase)               \
    F(wmove)                \
    F(waddnstr)             \
    F(wattrset)             \
    F(wclrtoeol)            \
    F(COLOR_PAIR)           \
    F(wnoutrefresh)         \
    F(doupdate)             \
    F(clearok)              \
    F(getmaxx)              \
    F(getmaxy)              \
    F(has_colors)           \
    F(start_color)          \
    F(use_default_colors)   \
    F(init_pair)

#define CURSES_MEMBER(name) __typeof__(&(name)) name; /* NOLINT: a member's name has no parentheses */
extern struct curses {
    CURSES_FUNCTIONS(CURSES_MEMBER)
    WINDOW **screen; /* stdscr */
} curses;
#undef CURSES_MEMBER
#endif

/* False: there is none. */
bool curses_open(void);
