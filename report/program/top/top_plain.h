/* Frames one below the other, where no terminal is, or a file is wanted. */
#pragma once
#include "top_text.h"

struct top_plain {
    bool json;
    double delay;
    unsigned long frames; /* 0: until what is looked at has ended, or for ever */
    size_t columns;
};

/* The exit status. */
int top_plain(struct top_model *model, const struct top_target *target, const struct top_view *view,
              const struct top_plain *how);
