/* The arithmetic of a routine, as its name tells it. */
#pragma once

enum html_precision {
    PRECISION_HALF,
    PRECISION_SINGLE,
    PRECISION_DOUBLE,
    PRECISION_LONG,
    PRECISION_SINGLE_COMPLEX,
    PRECISION_DOUBLE_COMPLEX,
    PRECISION_MIXED,
    PRECISION_OTHER,
    PRECISIONS
};

/* The index of the routine of exactly this name, or -1: many times as fast as cost_find, which knows other spellings. */
int html_routine(const char *name);
enum html_precision html_precision_of(const char *routine);
const char *html_precision_name(enum html_precision precision);
