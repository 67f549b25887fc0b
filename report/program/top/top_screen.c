/* One thread: looks, draws, waits for a key until the next look is due. ncurses sends what differs from what the terminal
 * shows, so nothing flickers. Signals only set a variable; the terminal is put in order by the loop's end. */
#include "top_screen.h"
#include "top_curses.h"
#ifdef FLOPSHIM_CURSES
#include "clock.h"
#include "top_cells.h"
#include "top_state.h"
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PLAIN, GREEN, CYAN, BAR };
enum { TABLE_LINE = TOP_HEAD_LINES + 2, LIST_COLUMNS = 16 };

static volatile sig_atomic_t ended_by;

struct screen {
    WINDOW *window;
    size_t lines, columns;
    bool colors;
    const struct top_model *model;
    struct top_state state;
};

static void note_signal(int number)
{
    ended_by = number;
}

/* ---- drawing ---- */

static int attribute(const struct screen *s, int color, int otherwise)
{
    return s->colors ? curses.COLOR_PAIR(color) : otherwise;
}

/* `line` is not terminated. */
static void put_line(const struct screen *s, size_t y, const struct out *line, int attributes)
{
    if (y >= s->lines || line->failed)
        return;
    curses.wmove(s->window, (int)y, 0);
    curses.wattrset(s->window, attributes);
    curses.waddnstr(s->window, line->data, (int)line->length);
    curses.wattrset(s->window, (int)A_NORMAL);
}

static void put_text(const struct screen *s, size_t y, const char *text, int attributes)
{
    struct out line = {0};
    top_put_left(&line, text, s->columns);
    put_line(s, y, &line, attributes);
    out_free(&line);
}

static void draw_head(const struct screen *s)
{
    for (unsigned i = 0; i < TOP_HEAD_LINES; i++) {
        struct out line = {0};
        top_put_head(s->model, s->state.view, i, s->columns, &line);
        put_line(s, i, &line, i ? attribute(s, GREEN, (int)A_NORMAL) : (int)A_BOLD);
        out_free(&line);
    }
}

static void draw_tabs(const struct screen *s)
{
    static const char *const names[TOP_TABS] = {" 1 Routines ", " 2 Namespaces ", " 3 Processes ", " 4 Threads "};
    size_t used = 0;
    curses.wmove(s->window, TOP_HEAD_LINES, 0);
    for (int tab = 0; tab < TOP_TABS && used + strlen(names[tab]) <= s->columns && s->lines > TOP_HEAD_LINES; tab++) {
        curses.wattrset(s->window, tab == (int)s->state.view->tab ? (int)(A_REVERSE | A_BOLD) : (int)A_NORMAL);
        curses.waddnstr(s->window, names[tab], -1);
        used += strlen(names[tab]);
    }
    curses.wattrset(s->window, (int)A_NORMAL);
}

static void draw_rows(const struct screen *s)
{
    const struct top_state *state = &s->state;
    struct out heads = {0};
    top_put_heads(state->view, s->columns, &heads);
    put_line(s, TABLE_LINE - 1, &heads, attribute(s, BAR, (int)A_REVERSE));
    out_free(&heads);
    for (size_t i = 0; i < state->page && state->first + i < state->rows.count; i++) {
        const struct top_row *row = &state->rows.list[state->first + i];
        struct out line = {0};
        bool is_here = state->first + i == state->selected;
        bool is_over = state->view->tab >= TOP_PROCESSES && !row->running;
        top_put_row(s->model, state->view, row, s->columns, &line);
        put_line(s, TABLE_LINE + i, &line, is_here ? attribute(s, CYAN, (int)A_REVERSE) : is_over ? (int)A_DIM : (int)A_NORMAL);
        out_free(&line);
    }
    if (!state->rows.count)
        put_text(s, TABLE_LINE,
                 s->model->problem      ? s->model->problem
                 : *state->view->filter ? "  no row has what the filter wants"
                 : s->model->ledgers    ? "  nothing yet"
                                        : "  no counted process yet: it has a ledger from its first BLAS call on",
                 (int)A_DIM);
}

/* Beside the table, over it. */
static void draw_list(const struct screen *s)
{
    const struct top_state *state = &s->state;
    bool sorting = state->mode == TOP_SORTING;
    size_t count = sorting ? (size_t)TOP_SORTS : top_signal_count;
    for (size_t i = 0; i <= count && TABLE_LINE - 1 + i < s->lines; i++) {
        struct out line = {0};
        char text[64];
        snprintf(text, sizeof text, " %s",
                 !i        ? (sorting ? "Sort by" : "Send signal")
                 : sorting ? top_sort_names[i - 1]
                           : top_signals[i - 1].name);
        top_put_left(&line, text, LIST_COLUMNS);
        put_line(s, TABLE_LINE - 1 + i, &line,
                 !i                       ? attribute(s, BAR, (int)A_REVERSE)
                 : i - 1 == state->choice ? attribute(s, CYAN, (int)A_REVERSE)
                                          : (int)A_NORMAL);
        out_free(&line);
    }
}

static void draw_help(const struct screen *s)
{
    put_text(s, 0, "flopshim top: keys", (int)A_BOLD);
    for (size_t i = 0; top_help[i]; i++)
        put_text(s, 2 + i, top_help[i], (int)A_NORMAL);
    put_text(s, s->lines - 1, "any key: back", attribute(s, BAR, (int)A_REVERSE));
}

static void draw_bottom(const struct screen *s)
{
    const struct top_state *state = &s->state;
    char text[TOP_FILTER_BYTES + 64];
    switch (state->mode) {
    case TOP_SEARCH:
        snprintf(text, sizeof text, "Search: %s_  (F3 next, Enter done)%s", state->input, *state->message ? "  none" : "");
        break;
    case TOP_FILTER: snprintf(text, sizeof text, "Filter: %s_  (Enter keep, Esc all)", state->input); break;
    case TOP_SORTING: snprintf(text, sizeof text, "Enter: sort by it   Esc: as before"); break;
    case TOP_SIGNALS:
        snprintf(text, sizeof text, "Enter: send it to %.40s (pid %u)   Esc: nothing", state->victim.name, state->victim.pid);
        break;
    default:
        if (*state->view->filter)
            snprintf(text, sizeof text, "Filter: %s  (F4 or \\ changes it)", state->view->filter);
        else
            snprintf(text, sizeof text, "F1 Help  F3 Search  F4 Filter  F5 Tree  F6 Sort  p Pause  F9 Kill  F10 Quit");
    }
    if (state->mode == TOP_TABLE && *state->message) {
        put_text(s, s->lines - 1, state->message, attribute(s, BAR, (int)A_REVERSE));
        return;
    }
    put_text(s, s->lines - 1, text, attribute(s, BAR, (int)A_REVERSE));
}

static void draw(struct screen *s)
{
    int lines = curses.getmaxy(s->window), columns = curses.getmaxx(s->window);
    s->lines = lines > 1 ? (size_t)lines : 1;
    s->columns = columns > 1 ? (size_t)columns : 1;
    s->state.page = s->lines > TABLE_LINE + 1 ? s->lines - TABLE_LINE - 1 : 0;
    top_rows_free(&s->state.rows);
    top_view_rows(s->model, s->state.view, &s->state.rows);
    top_settle(&s->state);
    curses.werase(s->window);
    if (s->state.mode == TOP_HELP) {
        draw_help(s);
    } else {
        draw_head(s);
        draw_tabs(s);
        draw_rows(s);
        if (s->state.mode == TOP_SORTING || s->state.mode == TOP_SIGNALS)
            draw_list(s);
        draw_bottom(s);
    }
    curses.wnoutrefresh(s->window);
    curses.doupdate();
}

/* ---- keys ---- */

static unsigned key_of(wint_t code)
{
    static const struct {
        wint_t code;
        unsigned key;
    } known[] = {
        {KEY_UP, TOP_KEY_UP},         {KEY_DOWN, TOP_KEY_DOWN},           {KEY_LEFT, TOP_KEY_LEFT}, {KEY_RIGHT, TOP_KEY_RIGHT},
        {KEY_PPAGE, TOP_KEY_PAGE_UP}, {KEY_NPAGE, TOP_KEY_PAGE_DOWN},     {KEY_HOME, TOP_KEY_HOME}, {KEY_END, TOP_KEY_END},
        {KEY_BTAB, TOP_KEY_BACK_TAB}, {KEY_BACKSPACE, TOP_KEY_BACKSPACE}, {KEY_ENTER, '\n'}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].code == code)
            return known[i].key;
    if (code > KEY_F0 && code <= KEY_F(12))
        return TOP_KEY_F + (unsigned)(code - KEY_F0);
    return TOP_KEY_NONE;
}

/* A terminal that is gone answers at once, for ever. */
static bool is_gone(void)
{
    struct pollfd terminal = {.fd = STDIN_FILENO, .events = POLLIN};
    return poll(&terminal, 1, 0) > 0 && terminal.revents & (POLLHUP | POLLERR | POLLNVAL);
}

/* Until a key came, or the time is over. False: the terminal is gone. */
static bool take_key(struct screen *s, double seconds)
{
    wint_t code;
    curses.wtimeout(s->window, seconds > 0 ? (int)(seconds * 1000) + 1 : 0);
    int kind = curses.wget_wch(s->window, &code);
    if (kind == ERR)
        return !is_gone();
    if (kind == KEY_CODE_YES && code == KEY_RESIZE)
        return true;
    if (code == 12) /* ^L: draw all anew */
        curses.clearok(s->window, TRUE);
    else
        top_key(&s->state, kind == KEY_CODE_YES ? key_of(code) : code);
    return true;
}

/* ---- beginning and end ---- */

static void take_colors(struct screen *s)
{
    s->colors = !getenv("NO_COLOR") && curses.has_colors() && curses.start_color() == OK;
    if (!s->colors)
        return;
    curses.use_default_colors();
    curses.init_pair(GREEN, COLOR_GREEN, -1);
    curses.init_pair(CYAN, COLOR_BLACK, COLOR_CYAN);
    curses.init_pair(BAR, COLOR_BLACK, COLOR_GREEN);
}

static void take_signals(void)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    struct sigaction action = {.sa_handler = note_signal}, before;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (!sigaction(signals[i], NULL, &before) && before.sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
}

static double now(void)
{
    return (double)clock_now_ns() / 1e9;
}

static void loop(struct screen *s, struct top_model *model, const struct top_target *target, double delay)
{
    double due = now();
    bool is_there = true;
    while (!ended_by && !s->state.done && is_there) {
        double at = now();
        if (at >= due) {
            if (!s->state.view->paused)
                top_look(model, target, at);
            due = at + top_rest(delay, now() - at);
        }
        draw(s);
        is_there = take_key(s, due - now());
    }
}

int top_screen(struct top_model *model, const struct top_target *target, struct top_view *view, double delay)
{
    struct screen s = {.model = model, .state.view = view};
    const char *terminal = getenv("TERM");
    if (!terminal || !*terminal || !strcmp(terminal, "dumb") || !curses_open())
        return TOP_NO_SCREEN;
    SCREEN *screen = curses.newterm(NULL, stdout, stdin);
    if (!screen)
        return TOP_NO_SCREEN;
    s.window = *curses.screen;
    curses.cbreak();
    curses.noecho();
    curses.nonl();
    curses.keypad(s.window, TRUE);
    curses.set_escdelay(50);
    curses.curs_set(0);
    take_colors(&s);
    take_signals();
    loop(&s, model, target, delay);
    curses.endwin();
    curses.delscreen(screen);
    top_rows_free(&s.state.rows);
    return ended_by;
}
#else
int top_screen(struct top_model *model, const struct top_target *target, struct top_view *view, double delay)
{
    (void)model, (void)target, (void)view, (void)delay;
    return TOP_NO_SCREEN;
}
#endif
