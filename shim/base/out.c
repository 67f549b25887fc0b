/* The growing text buffer and the formatting of numbers: integers only, memory of pages.h. Files are written by
 * out_save.c. */
#include "out.h"
#include "pages.h"
#include "utf8.h"
#include <string.h>

#define DIGITS_MAX 39    /* of a 128-bit number */
#define PERCENT_BITS 116 /* 2000 times as much has room */

void out_free(struct out *out)
{
    pages_return(out->data, out->capacity);
    *out = (struct out){0};
}

static bool grow(struct out *out, size_t wanted)
{
    size_t capacity = out->capacity ? out->capacity : PAGES_BORROWED;
    while (capacity < wanted)
        if (__builtin_mul_overflow(capacity, 4, &capacity))
            return false;
    char *data = pages_borrow(capacity, false);
    if (!data)
        return false;
    if (out->data) {
        memcpy(data, out->data, out->length);
        pages_return(out->data, out->capacity);
    }
    out->data = data;
    out->capacity = capacity;
    return true;
}

void out_bytes(struct out *out, const char *bytes, size_t length)
{
    if (!length || out->failed)
        return;
    if (length > out->capacity - out->length && !grow(out, out->length + length)) {
        out->failed = true;
        return;
    }
    memcpy(out->data + out->length, bytes, length);
    out->length += length;
}

void out_text(struct out *out, const char *text)
{
    out_bytes(out, text, strlen(text));
}

/* Of what is quoted as it is, whatever follows. */
static size_t plain_length(const char *text, size_t length)
{
    size_t plain = 0;
    while (plain < length && text[plain] >= ' ' && text[plain] <= '~' && text[plain] != '"' && text[plain] != '\\')
        plain++;
    return plain;
}

void out_quoted(struct out *out, const char *text, size_t length)
{
    static const char hex[] = "0123456789abcdef";
    out_text(out, "\"");
    for (size_t i = 0, plain; i < length;) {
        if ((plain = plain_length(text + i, length - i)) != 0) {
            out_bytes(out, text + i, plain);
            i += plain;
            continue;
        }
        size_t whole = utf8_length(text + i, length - i);
        size_t bytes = whole ? whole : 1;
        if (text[i] == '"' || text[i] == '\\') {
            out_text(out, text[i] == '"' ? "\\\"" : "\\\\");
        } else if (whole && !utf8_is_control(text + i)) {
            out_bytes(out, text + i, whole);
        } else {
            unsigned char c = (unsigned char)text[i + bytes - 1]; /* the last byte of a control character is its number */
            char escape[] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
            out_bytes(out, escape, sizeof escape);
        }
        i += bytes;
    }
    out_text(out, "\"");
}

/* Its digits, to the end of `digits`; where they begin. Most numbers have 64 bits, which divide faster. */
static size_t put_digits(char digits[DIGITS_MAX], wide value)
{
    size_t first = DIGITS_MAX;
    for (; value > UINT64_MAX; value /= 10)
        digits[--first] = (char)('0' + (unsigned)(value % 10));
    uint64_t rest = (uint64_t)value;
    do
        digits[--first] = (char)('0' + rest % 10);
    while ((rest /= 10) != 0);
    return first;
}

void out_number(struct out *out, wide value)
{
    char digits[DIGITS_MAX];
    size_t first = put_digits(digits, value);
    out_bytes(out, digits + first, sizeof digits - first);
}

void out_grouped(struct out *out, wide value)
{
    char digits[DIGITS_MAX];
    for (size_t from = put_digits(digits, value), to; from < sizeof digits; from = to) {
        to = from + 1 + (sizeof digits - from - 1) % 3;
        out_bytes(out, digits + from, to - from);
        if (to < sizeof digits)
            out_bytes(out, ",", 1);
    }
}

/* The three leading digits of value, rounded half to even as printf does, and the exponent of the first. */
static unsigned leading_digits(wide value, unsigned *exponent)
{
    wide power = 1;
    for (*exponent = 0; value / power >= 10; ++*exponent)
        power *= 10;
    if (*exponent < 2)
        return (unsigned)(value * (*exponent == 0 ? 100 : 10));
    wide unit = power / 100;
    wide digits = value / unit;
    wide rest = value % unit;
    wide other = unit - rest; /* to the next one */
    if (rest > other || (rest == other && digits % 2))
        digits++;
    if (digits == 1000) {
        digits = 100;
        ++*exponent;
    }
    return (unsigned)digits;
}

void out_scientific(struct out *out, wide value)
{
    unsigned exponent;
    unsigned digits = leading_digits(value, &exponent);
    char text[] = {(char)('0' + digits / 100),
                   '.',
                   (char)('0' + digits / 10 % 10),
                   (char)('0' + digits % 10),
                   'e',
                   '+',
                   (char)('0' + exponent / 10),
                   (char)('0' + exponent % 10)};
    out_bytes(out, text, sizeof text);
}

wide out_tenths(wide part, wide whole)
{
    while (whole >> PERCENT_BITS || part >> PERCENT_BITS) { /* nothing that one decimal shows */
        part >>= 1;
        whole >>= 1;
    }
    return whole ? (part * 2000 + whole) / (whole * 2) : 0;
}

void out_percent(struct out *out, wide part, wide whole)
{
    wide tenths = out_tenths(part, whole);
    out_number(out, tenths / 10);
    out_bytes(out, ".", 1);
    out_number(out, tenths % 10);
}

void out_decimal(struct out *out, wide units, unsigned places)
{
    char digits[DIGITS_MAX];
    size_t first = put_digits(digits, units), whole = sizeof digits - places;
    while (first >= whole)
        digits[--first] = '0';
    out_bytes(out, digits + first, whole - first);
    if (places)
        out_bytes(out, ".", 1);
    out_bytes(out, digits + whole, places);
}

void out_padded(struct out *out, uint64_t value, unsigned digits)
{
    char text[DIGITS_MAX];
    for (unsigned i = digits; i-- > 0; value /= 10)
        text[i] = (char)('0' + value % 10);
    out_bytes(out, text, digits);
}

void out_pad(struct out *out, size_t start, size_t column)
{
    static const char blanks[] = "                                ";
    while (out->length < start + column && !out->failed) {
        size_t missing = start + column - out->length;
        out_bytes(out, blanks, missing < sizeof blanks - 1 ? missing : sizeof blanks - 1);
    }
}
