/* Wherever the text lies, one of its words is the first one of a line of 64 bytes. So a line is passed over unless its first
 * word is one of the 64 that it could be. */
#include "text_search.h"
#include <stdint.h>
#include <string.h>

#define LINE 64
#define FILTER_BITS 12

static uint64_t word_at(const char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

static unsigned key_of(uint64_t word)
{
    return (unsigned)(word * 0x9e3779b97f4a7c15 >> (64 - FILTER_BITS));
}

static bool is_around(const char *memory, size_t bytes, size_t at, const char *text, size_t length)
{
    for (size_t before = 0; before < LINE && before <= at; before++)
        if (length <= bytes - (at - before) && word_at(text + before) == word_at(memory + at) &&
            !memcmp(memory + at - before, text, length))
            return true;
    return false;
}

bool text_search(const char *memory, size_t bytes, const char *text, size_t length)
{
    uint64_t filter[(1 << FILTER_BITS) / 64] = {0};
    for (size_t i = 0; i < LINE; i++) {
        unsigned key = key_of(word_at(text + i));
        filter[key / 64] |= UINT64_C(1) << key % 64;
    }
    for (size_t at = 0; at < bytes && sizeof(uint64_t) <= bytes - at; at += LINE) {
        unsigned key = key_of(word_at(memory + at));
        if (filter[key / 64] >> key % 64 & 1 && is_around(memory, bytes, at, text, length))
            return true;
    }
    return false;
}
