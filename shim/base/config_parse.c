/* Values of the environment: numbers, signals, templates. */
#include "config_parse.h"
#include <ctype.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DIGITS 40
#define MAX_EXPONENT 1000
#define TIME_DIGITS 18

/* Digits with single underscores between digits, appended to *digits. False where a digit is missing or there are too
 * many. */
static bool take_digits(const char **text, char *digits, size_t *count)
{
    const char *p = *text;
    if (!isdigit((unsigned char)*p))
        return false;
    while (isdigit((unsigned char)*p) || (*p == '_' && isdigit((unsigned char)p[1]))) {
        if (*p != '_') {
            if (*count == MAX_DIGITS)
                return false;
            digits[(*count)++] = *p;
        }
        p++;
    }
    *text = p;
    return true;
}

static void take_exponent(const char **text, int *exponent)
{
    const char *p = *text;
    static const char suffixes[] = "kMGTPEZY";
    if ((*p == 'e' || *p == 'E') &&
        (isdigit((unsigned char)p[1]) || ((p[1] == '+' || p[1] == '-') && isdigit((unsigned char)p[2])))) {
        int sign = p[1] == '-' ? -1 : 1, value = 0;
        for (p += isdigit((unsigned char)p[1]) ? 1 : 2; isdigit((unsigned char)*p); p++)
            if (value < MAX_EXPONENT)
                value = value * 10 + (*p - '0');
        *exponent += sign * value;
        *text = p;
        return;
    }
    const char *suffix = *p ? strchr(suffixes, *p == 'K' ? 'k' : *p) : NULL;
    if (suffix) {
        *exponent += 3 * (int)(suffix - suffixes + 1);
        p++;
    }
    *text = p;
}

/* digits x 10^exponent as a whole number. A step from at most 10^36 stays below 2^128. */
static bool evaluate(const char *digits, size_t count, int exponent, wide *value)
{
    const wide most = (wide)1000000000000000000 * 1000000000000000000;
    wide total = 0;
    for (; count && exponent < 0; exponent++)
        if (digits[--count] != '0')
            return false; /* a part of a FLOP */
    for (size_t i = 0; i < count; i++) {
        total = total * 10 + (unsigned)(digits[i] - '0');
        if (total > most)
            return false;
    }
    for (; total && exponent > 0; exponent--) {
        total *= 10;
        if (total > most)
            return false;
    }
    if (total)
        *value = total;
    return total > 0;
}

bool config_parse_flops(const char *text, wide *flops)
{
    char digits[MAX_DIGITS];
    size_t count = 0;
    int exponent = 0;
    if (!take_digits(&text, digits, &count))
        return false;
    if (*text == '.') {
        size_t whole = count;
        text++;
        if (!take_digits(&text, digits, &count))
            return false;
        exponent = -(int)(count - whole);
    }
    take_exponent(&text, &exponent);
    return !*text && evaluate(digits, count, exponent, flops);
}

/* "ms", "s", "m" or "h", with nothing behind; 0: none of them. */
static uint64_t unit_ns(const char *text)
{
    static const struct {
        const char *name;
        uint64_t ns;
    } units[] = {{"ms", 1000000}, {"s", 1000000000}, {"m", 60000000000}, {"h", 3600000000000}};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (!strcmp(text, units[i].name))
            return units[i].ns;
    return 0;
}

bool config_parse_time(const char *text, uint64_t *ns)
{
    char digits[MAX_DIGITS];
    size_t count = 0, whole;
    if (!take_digits(&text, digits, &count))
        return false;
    whole = count;
    if (*text == '.' && (text++, !take_digits(&text, digits, &count)))
        return false;
    if (count > TIME_DIGITS)
        return false;
    unsigned __int128 total = 0;
    for (size_t i = 0; i < count; i++)
        total = total * 10 + (unsigned)(digits[i] - '0');
    total *= unit_ns(text);
    for (; whole < count; whole++)
        total /= 10;
    if (!total || total > UINT64_MAX >> 1)
        return false;
    *ns = (uint64_t)total;
    return true;
}

bool config_parse_multiplier(const char *text, char shown[MULTIPLIER_BYTES], double *multiplier)
{
    char *end, written[MULTIPLIER_BYTES];
    if (strlen(text) > MULTIPLIER_GIVEN_MAX || !multiplier_text(text, written))
        return false;
    unsigned environment = __builtin_ia32_stmxcsr();
    double value = strtod(written, &end);
    __builtin_ia32_ldmxcsr(environment);
    if (*end) /* a locale of another decimal point */
        return false;
    strcpy(shown, written);
    *multiplier = value;
    return true;
}

bool config_parse_int(const char *text, int low, int high, int *value)
{
    int total = 0;
    if (!*text || strlen(text) > 6)
        return false;
    for (; *text; text++) {
        if (!isdigit((unsigned char)*text))
            return false;
        total = total * 10 + (*text - '0');
    }
    if (total < low || total > high)
        return false;
    *value = total;
    return true;
}

/* As sigabbrev_np has them, which glibc has since 2.32. */
static const char signal_names[][8] = {"",       "HUP",  "INT",    "QUIT", "ILL",   "TRAP", "ABRT", "BUS",
                                       "FPE",    "KILL", "USR1",   "SEGV", "USR2",  "PIPE", "ALRM", "TERM",
                                       "STKFLT", "CHLD", "CONT",   "STOP", "TSTP",  "TTIN", "TTOU", "URG",
                                       "XCPU",   "XFSZ", "VTALRM", "PROF", "WINCH", "POLL", "PWR",  "SYS"};

bool config_parse_signal(const char *text, int *signal)
{
    const char *name = strncmp(text, "SIG", 3) ? text : text + 3;
    for (int i = 1; i < (int)(sizeof signal_names / sizeof *signal_names); i++)
        if (!strcmp(signal_names[i], name)) {
            *signal = i;
            return true;
        }
    return config_parse_int(text, 1, NSIG - 1, signal);
}

/* What has no letter, or is filled in later, is no extension: run.1, run.%p. */
bool config_has_unknown_extension(const char *name, size_t length)
{
    static const char *const known[] = {"txt", "json", "csv"};
    const char *dot = NULL;
    for (size_t i = 0; i < length; i++)
        if (name[i] == '/')
            dot = NULL;
        else if (name[i] == '.' && i && name[i - 1] != '/')
            dot = name + i;
    if (!dot)
        return false;
    size_t rest = length - (size_t)(dot + 1 - name);
    bool has_letter = false;
    for (size_t i = 1; i <= rest; i++) {
        if (dot[i] == '%')
            return false;
        has_letter |= isalpha((unsigned char)dot[i]) != 0;
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strlen(known[i]) == rest && !strncmp(dot + 1, known[i], rest))
            return false;
    return has_letter;
}

bool config_is_template(const char *text)
{
    for (const char *p = text; (p = strchr(p, '%')); p += 2)
        if (!p[1] || !strchr("pherjt%", p[1]))
            return false;
    for (const char *p = text + strspn(text, " ,"); *p; p += strspn(p, " ,")) {
        size_t length = strcspn(p, ",");
        size_t shown = length;
        while (p[shown - 1] == ' ')
            shown--;
        if (config_has_unknown_extension(p, shown))
            return false;
        p += length;
    }
    return text[strspn(text, " ,")];
}

bool config_parse_tree(const char *text, uint64_t *nonce, const char **path)
{
    uint64_t value = 0;
    for (int i = 0; i < 16; i++) {
        char c = text[i];
        if (c >= '0' && c <= '9')
            value = value << 4 | (uint64_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            value = value << 4 | (uint64_t)(c - 'a' + 10);
        else
            return false;
    }
    if (text[16] != ':' || text[17] != '/')
        return false;
    *nonce = value;
    *path = text + 17;
    return true;
}
