/* Keys as htop has them, each with a letter for terminals without function keys. */
#include "top_state.h"
#include "ledger_alive.h"
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

const char *const top_help[] = {
    "  Up Down PgUp PgDn Home End    move the cursor",
    "  Tab, Left Right, 1 2 3 4      another table",
    "  F3 /                          search: a row that has the text; n goes on",
    "  F4 \\                          filter: only rows that have the text (Esc: all)",
    "  F5 t                          tree, of processes and of namespaces",
    "  F6 >                          sort by ...",
    "  F R C T N P                   sort by FLOPs, rate, calls, time, name, pid",
    "  I                             sort the other way round",
    "  p Space                       pause: nothing is looked at",
    "  F9 k                          send a signal to the process under the cursor",
    "  F1 h ?                        this page",
    "  F10 q                         quit",
    "",
    "  Budget    what is used, and when it is exhausted at the present rate",
    "  Rate      FLOPs from look to look; a call counts when it begins",
    "  S         R runs, E has ended",
    NULL,
};

const struct top_signal top_signals[] = {
    {"SIGTERM", SIGTERM}, {"SIGINT", SIGINT},   {"SIGKILL", SIGKILL}, {"SIGSTOP", SIGSTOP}, {"SIGCONT", SIGCONT},
    {"SIGHUP", SIGHUP},   {"SIGQUIT", SIGQUIT}, {"SIGUSR1", SIGUSR1}, {"SIGUSR2", SIGUSR2}, {"SIGXCPU", SIGXCPU},
};
const size_t top_signal_count = sizeof top_signals / sizeof *top_signals;

void top_settle(struct top_state *s)
{
    if (s->selected >= s->rows.count)
        s->selected = s->rows.count ? s->rows.count - 1 : 0;
    if (s->first > s->selected)
        s->first = s->selected;
    if (s->page && s->selected >= s->first + s->page)
        s->first = s->selected - s->page + 1;
    if (s->first && s->first + s->page > s->rows.count)
        s->first = s->rows.count > s->page ? s->rows.count - s->page : 0;
}

static void move_to(struct top_state *s, size_t row)
{
    s->selected = row;
    top_settle(s);
}

/* ---- search and filter: a line of input ---- */

/* From the cursor on, or behind it, and on from the first row. */
static void search(struct top_state *s, size_t from)
{
    for (size_t i = 0; *s->input && i < s->rows.count; i++) {
        size_t row = (from + i) % s->rows.count;
        if (top_row_has(&s->rows.list[row], s->input)) {
            move_to(s, row);
            return;
        }
    }
    if (*s->input)
        snprintf(s->message, sizeof s->message, "no row has %s", s->input);
}

static void apply_input(struct top_state *s)
{
    if (s->mode == TOP_SEARCH)
        search(s, s->selected);
    else
        strcpy(s->view->filter, s->input);
}

/* A character as UTF-8; what does not fit is left out. */
static void add_character(struct top_state *s, unsigned c)
{
    size_t used = strlen(s->input);
    char bytes[4];
    size_t count = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = count; i-- > 1; c >>= 6)
        bytes[i] = (char)(0x80 | (c & 0x3f));
    bytes[0] = (char)(count == 1 ? c : (0xf00u >> count & 0xff) | c);
    if (used + count >= sizeof s->input)
        return;
    memcpy(s->input + used, bytes, count);
    s->input[used + count] = 0;
}

static void remove_character(struct top_state *s)
{
    size_t used = strlen(s->input);
    while (used && (s->input[used - 1] & 0xc0) == 0x80)
        used--;
    s->input[used ? used - 1 : 0] = 0;
}

static void input_key(struct top_state *s, unsigned key)
{
    if (key == 27 && s->mode == TOP_FILTER)
        *s->view->filter = 0;
    if (key == 27 || key == '\r' || key == '\n') {
        s->mode = TOP_TABLE;
        return;
    }
    if (key == TOP_KEY_F + 3 && s->mode == TOP_SEARCH) {
        search(s, s->selected + 1);
        return;
    }
    if (key == TOP_KEY_BACKSPACE || key == 127 || key == 8)
        remove_character(s);
    else if (key >= ' ' && key < TOP_KEY_NONE)
        add_character(s, key);
    else
        return;
    apply_input(s);
}

/* ---- lists ---- */

/* The process may have ended, and its pid be another's by now: it is looked at while a descriptor holds it. */
static void send_signal(struct top_state *s, const struct top_signal *signal)
{
    const struct top_row *row = &s->victim;
    int process = (int)syscall(SYS_pidfd_open, row->pid, 0);
    bool is_it = row->start_ticks && ledger_start_ticks(row->pid) == row->start_ticks;
    int result = -1;
    if (!is_it || (process < 0 && errno == ESRCH))
        errno = ESRCH;
    else if (process >= 0)
        result = (int)syscall(SYS_pidfd_send_signal, process, signal->number, NULL, 0);
    else
        result = kill((pid_t)row->pid, signal->number);
    snprintf(s->message, sizeof s->message, "%s to %s (pid %u): %s", signal->name, row->name, row->pid,
             result ? strerror(errno) : "sent");
    if (process >= 0)
        close(process);
}

static void open_signals(struct top_state *s)
{
    if (s->view->tab < TOP_PROCESSES || s->selected >= s->rows.count) {
        snprintf(s->message, sizeof s->message, "a signal goes to a row of the tables processes and threads (3, 4)");
        return;
    }
    s->victim = s->rows.list[s->selected];
    s->choice = 0;
    s->mode = TOP_SIGNALS;
    if (s->victim.running)
        return;
    s->mode = TOP_TABLE;
    snprintf(s->message, sizeof s->message, "%s (pid %u) has ended", s->victim.name, s->victim.pid);
}

static void list_key(struct top_state *s, unsigned key)
{
    size_t count = s->mode == TOP_SORTING ? (size_t)TOP_SORTS : top_signal_count;
    if (key == TOP_KEY_UP || key == 'k')
        s->choice -= s->choice > 0;
    else if (key == TOP_KEY_DOWN || key == 'j')
        s->choice += s->choice + 1 < count;
    else if (key == '\r' || key == '\n') {
        if (s->mode == TOP_SORTING)
            s->view->sort = (enum top_sort)s->choice;
        else
            send_signal(s, &top_signals[s->choice]);
        s->mode = TOP_TABLE;
    } else if (key == 27 || key == 'q' || key == TOP_KEY_F + 10) {
        s->mode = TOP_TABLE;
    }
}

/* ---- the table ---- */

static void show_tab(struct top_state *s, unsigned tab)
{
    s->view->tab = (enum top_tab)(tab % TOP_TABS);
    s->selected = s->first = 0;
}

static bool move_key(struct top_state *s, unsigned key)
{
    size_t last = s->rows.count ? s->rows.count - 1 : 0, page = s->page ? s->page : 1;
    switch (key) {
    case TOP_KEY_UP: move_to(s, s->selected ? s->selected - 1 : 0); return true;
    case TOP_KEY_DOWN: move_to(s, s->selected + 1); return true;
    case TOP_KEY_PAGE_UP: move_to(s, s->selected > page ? s->selected - page : 0); return true;
    case TOP_KEY_PAGE_DOWN: move_to(s, s->selected + page); return true;
    case TOP_KEY_HOME: move_to(s, 0); return true;
    case TOP_KEY_END: move_to(s, last); return true;
    case '\t':
    case TOP_KEY_RIGHT: show_tab(s, s->view->tab + 1); return true;
    case TOP_KEY_BACK_TAB:
    case TOP_KEY_LEFT: show_tab(s, s->view->tab + TOP_TABS - 1); return true;
    default: return false;
    }
}

static bool sort_key(struct top_state *s, unsigned key)
{
    static const char letters[TOP_SORTS + 1] = "FRCTNP";
    const char *letter = key < 0x80 && key ? strchr(letters, (int)key) : NULL;
    if (!letter)
        return false;
    s->view->sort = (enum top_sort)(letter - letters);
    return true;
}

static void open_input(struct top_state *s, enum top_mode mode)
{
    s->mode = mode;
    strcpy(s->input, mode == TOP_FILTER ? s->view->filter : "");
}

static void command_key(struct top_state *s, unsigned key)
{
    switch (key) {
    case TOP_KEY_F + 1:
    case 'h':
    case '?': s->mode = TOP_HELP; break;
    case TOP_KEY_F + 3:
    case '/': open_input(s, TOP_SEARCH); break;
    case TOP_KEY_F + 4:
    case '\\': open_input(s, TOP_FILTER); break;
    case TOP_KEY_F + 5:
    case 't': s->view->tree = !s->view->tree; break;
    case TOP_KEY_F + 6:
    case '>':
    case '.':
        s->choice = s->view->sort;
        s->mode = TOP_SORTING;
        break;
    case TOP_KEY_F + 9:
    case 'k': open_signals(s); break;
    case TOP_KEY_F + 10:
    case 'q': s->done = true; break;
    case 'p':
    case ' ': s->view->paused = !s->view->paused; break;
    case 'I': s->view->inverted = !s->view->inverted; break;
    case 'n': search(s, s->selected + 1); break;
    default:
        if (key >= '1' && key < '1' + TOP_TABS)
            show_tab(s, key - '1');
    }
}

void top_key(struct top_state *s, unsigned key)
{
    *s->message = 0;
    switch (s->mode) {
    case TOP_SEARCH:
    case TOP_FILTER: input_key(s, key); break;
    case TOP_SORTING:
    case TOP_SIGNALS: list_key(s, key); break;
    case TOP_HELP: s->mode = TOP_TABLE; break;
    default:
        if (!move_key(s, key) && !sort_key(s, key))
            command_key(s, key);
    }
}
