/* Cells of a terminal: texts cut and filled up to a number of columns, where a character may take two of them or none. */
#pragma once
#include "out.h"

/* Does the terminal show UTF-8? By the locale, once setlocale was called. */
bool top_is_utf8(void);

/* The columns that a text takes; one whose characters cannot be shown takes a question mark for each. */
size_t top_width(const char *text);
/* The text in exactly so many columns, cut or with blanks behind it (right: before it). */
void top_put_left(struct out *out, const char *text, size_t columns);
void top_put_right(struct out *out, const char *text, size_t columns);

enum { TOP_CELL_BYTES = 40 };

/* 987, 12345, 1.234 M: at most 8 columns. */
void top_name_number(double number, char text[TOP_CELL_BYTES]);
/* 0.12s, 59.99s, 12:03, 1:02:03, 12d03h: at most 8. */
void top_name_time(double seconds, char text[TOP_CELL_BYTES]);
