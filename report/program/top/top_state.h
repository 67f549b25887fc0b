/* What the view on a terminal is at a moment, and what a key makes of it. Nothing here draws. */
#pragma once
#include "top_text.h"

/* What keys go to: the table, a line of input, a list beside the table, or the page of keys. */
enum top_mode { TOP_TABLE, TOP_SEARCH, TOP_FILTER, TOP_SORTING, TOP_SIGNALS, TOP_HELP };

enum { TOP_MESSAGE_BYTES = 400 };

struct top_state {
    struct top_view *view;
    struct top_rows rows; /* of the tab, in order */
    enum top_mode mode;
    size_t selected, first; /* rows: the cursor's, and the uppermost that is shown */
    size_t page;            /* rows that are shown at once */
    size_t choice;          /* in a list */
    char input[TOP_FILTER_BYTES];
    struct top_row victim;           /* of the list of signals: the row when that was opened */
    char message[TOP_MESSAGE_BYTES]; /* until the next key */
    bool done;
};

/* Keys that have no character, as numbers above all characters. */
enum top_key {
    TOP_KEY_NONE = 0x200000,
    TOP_KEY_UP,
    TOP_KEY_DOWN,
    TOP_KEY_LEFT,
    TOP_KEY_RIGHT,
    TOP_KEY_PAGE_UP,
    TOP_KEY_PAGE_DOWN,
    TOP_KEY_HOME,
    TOP_KEY_END,
    TOP_KEY_BACK_TAB,
    TOP_KEY_BACKSPACE,
    TOP_KEY_F, /* + n */
};

void top_key(struct top_state *state, unsigned key);
/* The rows are new: the cursor stays within them. */
void top_settle(struct top_state *state);

/* The lists, and the page of keys. */
extern const char *const top_help[];
extern const struct top_signal {
    const char *name;
    int number;
} top_signals[];
extern const size_t top_signal_count;
