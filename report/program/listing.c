/* Lays out the table of routines. Columns are as wide as their widest cell; where the terminal is narrower, long lists of
 * precisions, formulas and sources go on in the next line, below their column. */
#include "listing.h"
#include "c_numbers.h"
#include "formula_text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum column { FAMILY, TYPES, CLASS, FORMULA, SOURCE, COLUMNS };
enum { GAP = 2, NARROWEST = 16, TYPES_WIDTH = sizeof "s d c z" - 1, FORMULA_WIDTH = 40 /* where nothing is folded */ };

static const char *const headings[COLUMNS] = {"FAMILY", "TYPES", "CLASS", "FLOPs", "SOURCE"};

struct line {
    const char *cells[COLUMNS];
    char types[32];
    char formula[1024];
};

struct layout {
    size_t widths[COLUMNS];
    bool folded; /* longer cells go on in the next line; else they push what is behind them */
};

static void append_type(struct line *line, const struct cost_routine *r)
{
    size_t used = strlen(line->types), length = strlen(cost_name(r)) - strlen(cost_family(r));
    snprintf(line->types + used, sizeof line->types - used, "%s%.*s", used ? " " : "", (int)length, cost_name(r));
}

/* The next row of the table: *at goes behind its last routine. false at the end. */
static bool next_line(const bool *wanted, int *at, struct line *line)
{
    while (*at < cost_routine_count && !wanted[*at])
        ++*at;
    if (*at == cost_routine_count)
        return false;
    const struct cost_routine *first = &cost_routines[*at];
    *line = (struct line){
        .cells = {cost_family(first), line->types, cost_class_name(first->accuracy), line->formula, cost_source(first)}};
    cost_formula(first, line->formula, sizeof line->formula);
    for (; *at < cost_routine_count; ++*at) {
        const struct cost_routine *r = &cost_routines[*at];
        char formula[sizeof line->formula];
        cost_formula(r, formula, sizeof formula);
        if (!wanted[*at] || strcmp(cost_family(r), cost_family(first)) != 0 || strcmp(formula, line->formula) != 0 ||
            strcmp(cost_source(r), cost_source(first)) != 0 || r->accuracy != first->accuracy)
            break;
        append_type(line, r);
    }
    return true;
}

/* The width of the terminal in columns; 0 where stdout is none. */
static size_t terminal_width(void)
{
    struct winsize window;
    if (!isatty(STDOUT_FILENO))
        return 0;
    const char *columns = getenv("COLUMNS");
    if (columns && atoi(columns) > 0)
        return (size_t)atoi(columns);
    return !ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) && window.ws_col ? window.ws_col : 80;
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static void widen(struct layout *layout, const char *const *cells)
{
    for (int i = 0; i < COLUMNS; i++)
        layout->widths[i] = larger(layout->widths[i], strlen(cells[i]));
}

/* Formulas and sources have half of the rest each, but for what the other does not need. */
static void fit(struct layout *layout, size_t terminal)
{
    size_t *widths = layout->widths, whole = (COLUMNS - 1) * GAP;
    for (int i = 0; i < COLUMNS; i++)
        whole += widths[i];
    if (whole <= terminal)
        return;
    layout->folded = true;
    widths[TYPES] = smaller(widths[TYPES], TYPES_WIDTH);
    size_t taken = widths[FAMILY] + widths[TYPES] + widths[CLASS] + (COLUMNS - 1) * GAP;
    size_t rest = terminal > taken + 2 * NARROWEST ? terminal - taken : 2 * NARROWEST;
    size_t spare = rest > widths[SOURCE] ? rest - widths[SOURCE] : 0;
    widths[FORMULA] = smaller(widths[FORMULA], larger(rest / 2, spare));
    widths[SOURCE] = rest - widths[FORMULA];
}

static struct layout measure(const bool *wanted)
{
    struct layout layout = {{0}, false};
    struct line line;
    size_t terminal = terminal_width();
    widen(&layout, headings);
    for (int at = 0; next_line(wanted, &at, &line);)
        widen(&layout, line.cells);
    if (terminal)
        fit(&layout, terminal);
    else
        layout.widths[FORMULA] = smaller(layout.widths[FORMULA], FORMULA_WIDTH);
    return layout;
}

/* How much of the text fits: up to a blank, else an operator or comma, else as much as there is room for. */
static size_t fold(const char *text, size_t width)
{
    if (strlen(text) <= width)
        return strlen(text);
    for (size_t i = width; i > width / 3; i--)
        if (text[i] == ' ')
            return i;
    for (size_t i = width; i > width / 3; i--)
        if (strchr("*+,", text[i - 1]))
            return i;
    return width;
}

/* One line of a row; what did not fit is left in the cells. */
static bool print_line(const struct layout *layout, const char **cells)
{
    size_t at = 0, column = 0;
    bool more = false;
    for (int i = 0; i < COLUMNS; i++) {
        size_t part = layout->folded ? fold(cells[i], layout->widths[i]) : strlen(cells[i]);
        if (part) {
            int blanks = (int)(column > at ? column - at : i ? GAP : 0);
            printf("%*s%.*s", blanks, "", (int)part, cells[i]);
            at += (size_t)blanks + part;
        }
        column += layout->widths[i] + GAP;
        cells[i] += part + strspn(cells[i] + part, " ");
        more |= *cells[i] != 0;
    }
    puts("");
    return more;
}

static void print_row(const struct layout *layout, const char *const *cells)
{
    const char *rest[COLUMNS];
    memcpy(rest, cells, sizeof rest);
    while (print_line(layout, rest))
        continue;
}

void listing_print(const bool *wanted)
{
    struct layout layout = measure(wanted);
    struct line line;
    print_row(&layout, headings);
    for (int at = 0; next_line(wanted, &at, &line);)
        print_row(&layout, line.cells);
}
