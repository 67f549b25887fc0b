/* The parts that every section of the text summary is made of (text*.c). What prints a name in a message uses text_put_name. */
#pragma once
#include "summary_model.h"

#define TEXT_LABEL_WIDTH 17 /* "  Total budget:  " */
#define TEXT_TOTAL_WIDTH 14
#define TEXT_NAME_WIDTH 16
#define TEXT_NUMBER_WIDTH 12

/* The columns of a section's rows: wide enough for all of them. */
struct text_columns {
    size_t name;
    size_t number;
};

/* Pointers to what the rows are made of, to be sorted. One mapping a section: no malloc here. */
struct text_ranking {
    const void **rows;
    size_t count;
    size_t bytes;
};

bool text_ranking_open(struct text_ranking *ranking, size_t count);
void text_ranking_close(struct text_ranking *ranking);
int text_descending(wide a, wide b);

size_t text_larger(size_t a, size_t b);
size_t text_grouped_width(wide value);
size_t text_width(const char *text);
size_t text_share_width(wide part, wide whole);

/* Put `length` bytes of foreign text, where ? stands for what is no printable UTF-8; text_put_name: the same of a string. */
void text_put_line(struct out *out, const char *text, size_t length);
void text_put_name(struct out *out, const char *text);
void text_put_blanks(struct out *out, size_t count);
void text_put_number(struct out *out, wide value, size_t width);
/* Behind a number of FLOPs that may stand for itself or more. */
void text_put_or_more(struct out *out, const struct summary *s, wide flops);
void text_put_share(struct out *out, wide part, wide whole);
void text_put_calls(struct out *out, uint64_t calls);
void text_put_heading(struct out *out, const char *heading);
void text_put_label(struct out *out, const char *label);
void text_put_row_name(struct out *out, const char *name, const struct text_columns *columns);
