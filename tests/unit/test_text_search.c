/* A long text is found wherever it lies, and nothing else is. */
#include "text_search.h"
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const char text[] = "A text of seventy-one bytes or more: each of its words may begin a line.";
enum { LENGTH = sizeof text - 1 };
_Static_assert(LENGTH >= TEXT_SEARCH_LEAST, "as long as the search demands");

/* In memory of exactly so many bytes, so that a sanitizer sees whoever looks behind its end. */
static bool is_found(size_t bytes, size_t at, const char *what, size_t length)
{
    char *memory = malloc(bytes);
    memset(memory, 'e', bytes);
    memcpy(memory + at, what, length);
    bool found = text_search(memory, bytes, text, LENGTH);
    free(memory);
    return found;
}

Test(text_search, wherever_it_lies)
{
    for (size_t at = 0; at <= 200; at++)
        for (size_t behind = 0; behind < 70; behind += 23)
            cr_expect(is_found(at + LENGTH + behind, at, text, LENGTH), "at %zu, %zu bytes behind it", at, behind);
}

Test(text_search, not_a_part_of_it)
{
    for (size_t at = 0; at <= 130; at++) {
        cr_expect(!is_found(at + LENGTH - 1, at, text, LENGTH - 1), "cut off, at %zu", at);
        cr_expect(!is_found(at + LENGTH, at, text + 1, LENGTH - 1), "without its beginning, at %zu", at);
    }
    for (size_t wrong = 0; wrong < LENGTH; wrong++) {
        char other[sizeof text];
        memcpy(other, text, sizeof text);
        other[wrong] ^= 1;
        cr_expect(!is_found(300, 100, other, LENGTH), "byte %zu is another", wrong);
    }
}

Test(text_search, little_memory)
{
    for (size_t bytes = 0; bytes < LENGTH; bytes++)
        cr_expect(!is_found(bytes ? bytes : 1, 0, "", 0) && !text_search("", 0, text, LENGTH), "%zu bytes", bytes);
}
