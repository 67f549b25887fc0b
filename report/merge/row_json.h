/* JSON in rows of a line each, as the verbs write it. A key comes with the punctuation around it: ", \"calls\": ". */
#pragma once
#include "out.h"

void row_text(struct out *out, const char *key, const char *value);
void row_number(struct out *out, const char *key, wide value);
/* A list of lines as strings. */
void row_lines(struct out *out, const char *key, const char *lines, size_t length);
