/* The view that keys move, on a terminal, by ncursesw. */
#pragma once
#include "top_text.h"

enum { TOP_NO_SCREEN = -1 };

/* Until the user ends it: 0; or a signal did: that (the terminal is as it was before). TOP_NO_SCREEN: there is no ncursesw, or
 * it does not know the terminal; nothing was written. */
int top_screen(struct top_model *model, const struct top_target *target, struct top_view *view, double delay);
