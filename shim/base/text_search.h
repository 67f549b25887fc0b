/* Whether a long text is somewhere in much memory, by a few bytes of each cache line. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#define TEXT_SEARCH_LEAST 71 /* bytes of the text, at least: 63 to the next line, and a word in it */

bool text_search(const char *memory, size_t bytes, const char *text, size_t length);
