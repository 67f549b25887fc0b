/* Fields of a JSON value, by jansson, with complaints that name file, field and what was expected. */
#include "field.h"
#include "c_numbers.h"
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_SECOND 1000000000u
#define SECONDS_MAX (UINT64_MAX / NS_PER_SECOND)
#define HELD_DIGITS 18 /* of an integer, whatever they are */
#define DIGITS "0123456789"

void field_complain(struct field_reader *r, const char *format, ...)
{
    va_list arguments;
    if (r->failed)
        return;
    r->failed = true;
    int length = snprintf(r->message, r->size, "%s: ", r->file);
    va_start(arguments, format);
    if (length >= 0 && (size_t)length < r->size)
        vsnprintf(r->message + length, r->size - (size_t)length, format, arguments);
    va_end(arguments);
    /* It quotes the file: no control character may reach the terminal. */
    for (char *c = r->message; r->size && *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
}

const char *field_numeral(const struct field_reader *r, const json_t *value, char buffer[FIELD_NUMERAL_BYTES])
{
    if (json_is_real(value))
        return r->text + (size_t)json_real_value(value);
    if (!json_is_integer(value))
        return NULL;
    snprintf(buffer, FIELD_NUMERAL_BYTES, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    return buffer;
}

size_t field_numeral_length(const char *numeral)
{
    return strspn(numeral, "+-.eE" DIGITS);
}

/* Has it neither a fraction nor an exponent? */
static bool is_whole(const char *numeral)
{
    const char *end = numeral + strspn(numeral, "-" DIGITS);
    return *end != '.' && *end != 'e' && *end != 'E';
}

const char *field_type_of(const struct field_reader *r, const json_t *value)
{
    static const char *const names[] = {"an object", "an array", "a string", "an integer", "a number with a fraction",
                                        "true",      "false",    "null"};
    char buffer[FIELD_NUMERAL_BYTES];
    const char *numeral = field_numeral(r, value, buffer);
    if (numeral)
        return names[is_whole(numeral) ? JSON_INTEGER : JSON_REAL];
    return value ? names[json_typeof(value)] : "nothing";
}

void *field_room(struct field_reader *r, size_t bytes)
{
    void *memory = summary_alloc(r->summary, bytes);
    if (!memory)
        field_complain(r, "out of memory");
    return memory;
}

const char *field_copy(struct field_reader *r, const char *text)
{
    size_t bytes = strlen(text) + 1;
    char *memory = field_room(r, bytes);
    return memory ? memcpy(memory, text, bytes) : "";
}

const char *field_get_text(struct field_reader *r, const json_t *object, const char *where, const char *key)
{
    json_t *value = json_object_get(object, key);
    if (!value)
        return "";
    if (!json_is_string(value)) {
        field_complain(r, "%s%s: expected a string, found %s", where, key, field_type_of(r, value));
        return "";
    }
    return field_copy(r, json_string_value(value));
}

bool field_as_number(const struct field_reader *r, const json_t *value, uint64_t *number)
{
    char buffer[FIELD_NUMERAL_BYTES];
    const char *numeral = field_numeral(r, value, buffer);
    if (!numeral || *numeral == '-' || !is_whole(numeral))
        return false;
    errno = 0;
    *number = strtoull(numeral, NULL, 10);
    return errno == 0;
}

const char *field_say(wide number, char buffer[FIELD_FLOPS_BYTES])
{
    char *digit = buffer + FIELD_FLOPS_BYTES - 1;
    *digit = 0;
    do
        *--digit = (char)('0' + (unsigned)(number % 10));
    while ((number /= 10) != 0);
    return digit;
}

bool field_as_flops(const struct field_reader *r, const json_t *value, wide *number)
{
    char buffer[FIELD_NUMERAL_BYTES];
    const char *digit = field_numeral(r, value, buffer);
    wide total = 0;
    if (!digit || *digit == '-' || !is_whole(digit))
        return false;
    for (; *digit >= '0' && *digit <= '9'; digit++)
        if (__builtin_mul_overflow(total, 10u, &total) || __builtin_add_overflow(total, (unsigned)(*digit - '0'), &total))
            return false;
    *number = total;
    return true;
}

wide field_get_flops(struct field_reader *r, const json_t *object, const char *where, const char *key, bool required)
{
    json_t *value = json_object_get(object, key);
    wide number = 0;
    if ((value || required) && !field_as_flops(r, value, &number))
        field_complain(r, "%s%s: expected a whole number from 0 to 2^128-1, found %s", where, key, field_type_of(r, value));
    return number;
}

uint64_t field_get_number(struct field_reader *r, const json_t *object, const char *where, const char *key, bool required)
{
    json_t *value = json_object_get(object, key);
    uint64_t number = 0;
    if ((value || required) && !field_as_number(r, value, &number))
        field_complain(r, "%s%s: expected a whole number from 0 to 2^64-1, found %s", where, key, field_type_of(r, value));
    return number;
}

uint32_t field_get_small_number(struct field_reader *r, const json_t *object, const char *where, const char *key)
{
    uint64_t number = field_get_number(r, object, where, key, false);
    if (number > UINT32_MAX)
        field_complain(r, "%s%s: expected a whole number from 0 to 2^32-1, found %" PRIu64, where, key, number);
    return (uint32_t)number;
}

/* Reads D or D.D with nine decimals at most, which is how the writer prints seconds, without a double. */
static bool exact_nanoseconds(const char *text, uint64_t *nanoseconds)
{
    uint64_t seconds = 0, rest = 0;
    size_t whole = strspn(text, DIGITS);
    const char *decimals = text + whole + (text[whole] == '.');
    size_t places = text[whole] == '.' ? strspn(decimals, DIGITS) : 0;
    if (!whole || places > 9 || decimals[places] == 'e' || decimals[places] == 'E')
        return false;
    for (size_t i = 0; i < whole; i++)
        if (__builtin_mul_overflow(seconds, 10u, &seconds) || __builtin_add_overflow(seconds, text[i] - '0', &seconds))
            return false;
    for (size_t i = 0; i < 9; i++)
        rest = rest * 10 + (uint64_t)(i < places ? decimals[i] - '0' : 0);
    return !__builtin_mul_overflow(seconds, NS_PER_SECOND, &seconds) && !__builtin_add_overflow(seconds, rest, nanoseconds);
}

uint64_t field_get_nanoseconds(struct field_reader *r, const json_t *object, const char *where, const char *key)
{
    json_t *value = json_object_get(object, key);
    char buffer[FIELD_NUMERAL_BYTES];
    const char *numeral = field_numeral(r, value, buffer);
    uint64_t nanoseconds = 0;
    if (!value || (numeral && exact_nanoseconds(numeral, &nanoseconds)))
        return nanoseconds;
    double seconds = numeral ? strtod(numeral, NULL) : -1;
    if (seconds >= 0 && seconds < (double)SECONDS_MAX)
        return (uint64_t)(seconds * NS_PER_SECOND + 0.5);
    field_complain(r, "%s%s: expected seconds, found %s", where, key, field_type_of(r, value));
    return 0;
}

json_t *field_get_container(struct field_reader *r, const json_t *object, const char *where, const char *key, json_type type)
{
    json_t *value = json_object_get(object, key);
    if (!value || json_is_null(value))
        return NULL;
    if (json_typeof(value) == type)
        return value;
    field_complain(r, "%s%s: expected %s, found %s", where, key, type == JSON_OBJECT ? "an object" : "an array",
                   field_type_of(r, value));
    return NULL;
}

bool field_get_budget(struct field_reader *r, const json_t *object, const char *where, wide *flop_budget)
{
    json_t *value = json_object_get(object, "flop_budget");
    if (!value || json_is_null(value))
        return false;
    if (!field_as_flops(r, value, flop_budget))
        field_complain(r, "%sflop_budget: expected a whole number or null, found %s", where, field_type_of(r, value));
    return true;
}

/* The length of the number at `text` as JSON has them, not beyond a double's range; 0 where there is none. */
static size_t numeral_length(const char *text)
{
    const char *whole = text + (*text == '-');
    size_t digits = strspn(whole, DIGITS);
    const char *end = whole + digits;
    if (!digits || (*whole == '0' && digits > 1))
        return 0;
    if (*end == '.') {
        digits = strspn(end + 1, DIGITS);
        end += 1 + digits;
    }
    if (digits && (*end == 'e' || *end == 'E')) {
        end += end[1] == '+' || end[1] == '-' ? 2 : 1;
        digits = strspn(end, DIGITS);
        end += digits;
    }
    return digits && isfinite(strtod(text, NULL)) ? (size_t)(end - text) : 0;
}

static bool is_held(const char *numeral, size_t length)
{
    size_t sign = *numeral == '-';
    return length - sign <= HELD_DIGITS && strspn(numeral + sign, DIGITS) == length - sign;
}

/* What is no number as JSON has them stays as it is, so that jansson refuses it. */
size_t field_place_numbers(const char *data, size_t length, char *placed)
{
    char *to = placed;
    bool in_string = false;
    for (size_t i = 0; i < length;) {
        bool begins = !in_string && (data[i] == '-' || (data[i] >= '0' && data[i] <= '9'));
        size_t step = begins ? field_numeral_length(data + i) : 1;
        if (in_string && data[i] == '\\' && i + 1 < length)
            step = 2;
        else if (data[i] == '"')
            in_string = !in_string;
        if (begins && !is_held(data + i, step) && numeral_length(data + i) == step)
            to += sprintf(to, "%zu.0", i);
        else
            to = mempcpy(to, data + i, step);
        i += step;
    }
    return (size_t)(to - placed);
}
