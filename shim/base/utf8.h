/* What a character of UTF-8 is (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF). Text comes from programs
 * and files, which may hold any bytes. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* The bytes of the character that begins at `text`, of which `left` bytes may be read, at least 1; 0 where none does. */
size_t utf8_length(const char *text, size_t left);

/* Is the character at `text` one that terminals obey: U+0000 to U+001F, U+007F to U+009F? */
bool utf8_is_control(const char *text);
