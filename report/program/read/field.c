/* Fields of a JSON value, by jansson, with complaints that name file, field and what was expected. */
#include "field.h"
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_SECOND 1000000000u
#define SECONDS_MAX (UINT64_MAX / NS_PER_SECOND)
#define DOUBLE_DIGITS 15 /* that a double holds, whatever they are */

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

const char *field_type_of(const json_t *value)
{
    static const char *const names[] = {"an object", "an array", "a string", "an integer", "a number with a fraction",
                                        "true",      "false",    "null"};
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
        field_complain(r, "%s%s: expected a string, found %s", where, key, field_type_of(value));
        return "";
    }
    return field_copy(r, json_string_value(value));
}

/* Numbers beyond jansson's range arrive as strings of digits (see field_quote_large_numbers). */
bool field_as_number(const json_t *value, uint64_t *number)
{
    if (json_is_integer(value) && json_integer_value(value) >= 0) {
        *number = (uint64_t)json_integer_value(value);
        return true;
    }
    const char *digits = json_is_string(value) ? json_string_value(value) : "";
    if (!*digits || digits[strspn(digits, "0123456789")])
        return false;
    errno = 0;
    *number = strtoull(digits, NULL, 10);
    return errno == 0;
}

uint64_t field_get_number(struct field_reader *r, const json_t *object, const char *where, const char *key, bool required)
{
    json_t *value = json_object_get(object, key);
    uint64_t number = 0;
    if ((value || required) && !field_as_number(value, &number))
        field_complain(r, "%s%s: expected a whole number from 0 to 2^64-1, found %s", where, key, field_type_of(value));
    return number;
}

uint32_t field_get_small_number(struct field_reader *r, const json_t *object, const char *where, const char *key)
{
    uint64_t number = field_get_number(r, object, where, key, false);
    if (number > UINT32_MAX)
        field_complain(r, "%s%s: expected a whole number from 0 to 2^32-1, found %" PRIu64, where, key, number);
    return (uint32_t)number;
}

/* D.D as the writer has them: nine decimals at most. */
static bool exact_nanoseconds(const char *text, uint64_t *nanoseconds)
{
    uint64_t seconds = 0, rest = 0;
    size_t whole = strspn(text, "0123456789");
    const char *decimals = text + whole + 1;
    size_t places = whole && text[whole] == '.' ? strspn(decimals, "0123456789") : 0;
    if (!places || places > 9 || decimals[places])
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
    uint64_t nanoseconds = 0;
    if (!value || (json_is_string(value) && exact_nanoseconds(json_string_value(value), &nanoseconds)))
        return nanoseconds;
    double seconds = json_number_value(value);
    if (json_is_number(value) && seconds >= 0 && seconds < (double)SECONDS_MAX)
        return (uint64_t)(seconds * NS_PER_SECOND + 0.5);
    field_complain(r, "%s%s: expected seconds, found %s", where, key, field_type_of(value));
    return 0;
}

double field_as_real(const json_t *value)
{
    const char *digits = json_is_string(value) ? json_string_value(value) : "";
    return *digits && !digits[strspn(digits, "0123456789.")] ? strtod(digits, NULL) : json_number_value(value);
}

/* A nested object, or NULL. */
json_t *field_get_container(struct field_reader *r, const json_t *object, const char *where, const char *key, json_type type)
{
    json_t *value = json_object_get(object, key);
    if (!value || json_is_null(value))
        return NULL;
    if (json_typeof(value) == type)
        return value;
    field_complain(r, "%s%s: expected %s, found %s", where, key, type == JSON_OBJECT ? "an object" : "an array",
                   field_type_of(value));
    return NULL;
}

bool field_get_budget(struct field_reader *r, const json_t *object, const char *where, uint64_t *flop_budget)
{
    json_t *value = json_object_get(object, "flop_budget");
    if (!value || json_is_null(value))
        return false;
    if (!field_as_number(value, flop_budget))
        field_complain(r, "%sflop_budget: expected a whole number or null, found %s", where, field_type_of(value));
    return true;
}

/* Does a number of so many characters not fit what jansson holds? */
static bool is_too_exact(const char *number, size_t length)
{
    bool negative = *number == '-'; /* what remains of a budget that was overrun */
    number += negative;
    length -= negative;
    size_t whole = strspn(number, "0123456789");
    bool valid = (*number != '0' || whole == 1) && number[length + strspn(number + length, " \t\r\n")] != ':';
    if (!valid)
        return false; /* no JSON, in quotes it would be */
    if (whole >= length)
        return length > 19 || (length == 19 && memcmp(number, "9223372036854775807", 19) > 0);
    size_t decimals = number[whole] == '.' ? strspn(number + whole + 1, "0123456789") : 0;
    return decimals && whole + 1 + decimals >= length && whole + decimals > DOUBLE_DIGITS;
}

size_t field_quote_large_numbers(const char *data, size_t length, char *quoted)
{
    size_t written = 0;
    bool in_string = false;
    for (size_t i = 0; i < length;) {
        size_t digits = 0;
        while (!in_string && i + digits < length && strchr("0123456789+-.eE", data[i + digits]) && data[i + digits])
            digits++;
        if (digits > DOUBLE_DIGITS && is_too_exact(data + i, digits)) {
            quoted[written++] = '"';
            memcpy(quoted + written, data + i, digits);
            written += digits;
            quoted[written++] = '"';
            i += digits;
            continue;
        }
        if (in_string && data[i] == '\\' && i + 1 < length)
            quoted[written++] = data[i++];
        else if (data[i] == '"')
            in_string = !in_string;
        size_t step = digits ? digits : 1;
        memcpy(quoted + written, data + i, step);
        written += step;
        i += step;
    }
    return written;
}
