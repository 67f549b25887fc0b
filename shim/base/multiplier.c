/* Reads a decimal number by its digits. */
#include "multiplier.h"
#include <stdio.h>
#include <string.h>

#define DIGITS "0123456789"
#define EXPONENT_MAX 307 /* of the first digit that is not 0: a normal double, also where it is rounded up */
#define EXPONENT_FAR 100000

struct decimal {
    const char *whole; /* behind the zeros that it begins with */
    size_t whole_digits;
    const char *fraction;
    size_t fraction_digits;
    const char *exponent; /* its letter, or the end of the text */
    long power;
};

static bool read_exponent(struct decimal *d)
{
    const char *p = d->exponent;
    if (!*p)
        return true;
    bool negative = p[1] == '-';
    p += p[1] == '-' || p[1] == '+' ? 2 : 1;
    size_t digits = strspn(p, DIGITS);
    if (!digits || p[digits] || (*d->exponent != 'e' && *d->exponent != 'E'))
        return false;
    for (; *p; p++)
        if (d->power < EXPONENT_FAR)
            d->power = d->power * 10 + (*p - '0');
    d->power = negative ? -d->power : d->power;
    return true;
}

static bool read_decimal(const char *text, struct decimal *d)
{
    size_t zeros = strspn(text, "0");
    *d = (struct decimal){.whole = text + zeros};
    d->whole_digits = strspn(d->whole, DIGITS);
    d->exponent = d->fraction = d->whole + d->whole_digits;
    if (*d->fraction == '.') {
        d->fraction_digits = strspn(++d->fraction, DIGITS);
        d->exponent = d->fraction + d->fraction_digits;
    }
    return zeros + d->whole_digits + d->fraction_digits && read_exponent(d);
}

/* The exponent of the first digit that is not 0. False: there is none. */
static bool magnitude(const struct decimal *d, const char **first, long *power)
{
    size_t zeros = strspn(d->fraction, "0");
    *first = d->whole_digits ? d->whole : d->fraction + zeros;
    *power = d->power + (d->whole_digits ? (long)d->whole_digits - 1 : -(long)zeros - 1);
    return d->whole_digits || zeros < d->fraction_digits;
}

/* Nothing but zeros and the point between its first digit and its exponent. */
static bool is_power_of_ten(const struct decimal *d, const char *first)
{
    return *first == '1' && first + 1 + strspn(first + 1, "0.") == d->exponent;
}

bool multiplier_text(const char *text, char shown[MULTIPLIER_BYTES])
{
    struct decimal d;
    const char *first;
    long power;
    char written[MULTIPLIER_BYTES];
    if (!read_decimal(text, &d) || !magnitude(&d, &first, &power) || power < -EXPONENT_MAX || power > EXPONENT_MAX)
        return false;
    int length = 1;
    if (!power && is_power_of_ten(&d, first))
        strcpy(written, "1");
    else
        length = snprintf(written, sizeof written, "%.*s%s%.*s%s", d.whole_digits ? (int)d.whole_digits : 1,
                          d.whole_digits ? d.whole : "0", d.fraction_digits ? "." : "", (int)d.fraction_digits, d.fraction,
                          d.exponent);
    if (length >= MULTIPLIER_BYTES)
        return false;
    strcpy(shown, written);
    return true;
}

bool multiplier_is_sound(const char *text)
{
    char shown[MULTIPLIER_BYTES];
    return multiplier_text(text, shown) && strcmp(shown, text) == 0;
}
