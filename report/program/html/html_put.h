/* The parts that every view is made of. Whatever comes from a summary goes through html_text or is a number. */
#pragma once
#include "out_format.h"

/* Foreign text, escaped, of a long one the first 200 bytes. */
void html_text(struct out *out, const char *text);
/* 1.23 G */
void html_short(struct out *out, double value);
/* 1.23 s, 45.6 ms */
void html_seconds(struct out *out, uint64_t elapsed_ns);
/* FLOPs in nanoseconds, as GFLOP/s with two digits or two places; a dash where no time is known */
void html_rate(struct out *out, wide flops, uint64_t elapsed_ns);
/* part / whole, between 0 and 1 */
double html_share(wide part, wide whole);

/* Cells of a table. */
void html_cell_name(struct out *out, const char *name);
void html_cell_number(struct out *out, wide value);
/* A bar, which is full at `most`, and the percentage of the whole. */
void html_cell_share(struct out *out, wide part, wide whole, wide most);
void html_cell_seconds(struct out *out, uint64_t elapsed_ns);
/* The last row of a table of `columns` that was cut. */
void html_cut_row(struct out *out, size_t left_out, unsigned columns);
/* A table that the script can sort, and search where it is long. head: its cells, as markup. */
void html_table_open(struct out *out, const char *head);
void html_table_close(struct out *out);
