/* A growing text buffer, for summaries. Safe where malloc and stdio are not: memory comes
 * from mmap, numbers are formatted here, no lock is taken and no floating-point register touched. One thread a buffer. */
#pragma once
#include "wide.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct out {
    char *data; /* not terminated */
    size_t length;
    size_t capacity;
    bool failed; /* memory ran out: what was added since is lost */
};

void out_free(struct out *out);
void out_bytes(struct out *out, const char *bytes, size_t length);
void out_text(struct out *out, const char *text);
/* A JSON string, always valid UTF-8: a byte that is no UTF-8, or a control character, is the escape of its number, \u00XX. */
void out_quoted(struct out *out, const char *text, size_t length);
/* 1234567 */
void out_number(struct out *out, wide value);
/* 1,234,567 */
void out_grouped(struct out *out, wide value);
/* 1.23e+06, as %.2e prints it */
void out_scientific(struct out *out, wide value);
/* part / whole in tenths of a per cent, rounded half up; 0 where whole is 0 */
wide out_tenths(wide part, wide whole);
/* part / whole in per cent with one decimal, rounded half up: 33.3; 0.0 where whole is 0 */
void out_percent(struct out *out, wide part, wide whole);
/* units / 10^places with all its places: out_decimal(out, 1500, 3) is 1.500 */
void out_decimal(struct out *out, wide units, unsigned places);
/* With leading zeros: out_padded(out, 7, 2) is 07; of a longer number the last digits. At most 20. */
void out_padded(struct out *out, uint64_t value, unsigned digits);
/* Blanks up to a column counted from `start`. */
void out_pad(struct out *out, size_t start, size_t column);
