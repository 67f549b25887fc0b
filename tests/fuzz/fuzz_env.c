/* The environment: zero-separated entries. Each value is judged by a second reading of the grammar of README.md, written
 * without a look at config_parse.c; config_read() must take what that takes, leave its default where it does not, and say
 * so in one line that names variable and value. */
#include "fuzz.h"
#include <ctype.h>
#include <setjmp.h>
#include <sys/types.h>

static jmp_buf left;
static char said[1 << 20];
static size_t said_bytes;

static ssize_t fuzz_write(int fd, const void *text, size_t length)
{
    (void)fd;
    REQUIRE(said_bytes + length < sizeof said, "endless messages");
    memcpy(said + said_bytes, text, length);
    said_bytes += length;
    return (ssize_t)length;
}

/* leave_now and write are the two things that these files do to a process. */
#include "leave.h"
#include <unistd.h>
#define leave_now(status) longjmp(left, status)
#define write fuzz_write
#include "config.c"
#include "config_parse.h"
#include "message.c"
#undef leave_now
#undef write

#define ENTRIES_MAX 64

struct expected {
    struct config config;
    int lines;      /* that must be said */
    int more_lines; /* that may be */
    bool ends;
};

/* ---- the grammar, read again ---- */

static size_t digits_of(const char *text, char *digits)
{
    size_t at = 0, count = strlen(digits);
    while (text[at] >= '0' && text[at] <= '9') {
        if (count < 99)
            digits[count++] = text[at];
        at += 1 + (text[at + 1] == '_' && text[at + 2] >= '0' && text[at + 2] <= '9');
    }
    digits[count] = 0;
    return at;
}

static bool is_budget(const char *text, wide *flops)
{
    static const char *const powers = "kMGTPEZY";
    char digits[100] = "";
    size_t at = digits_of(text, digits);
    long exponent = 0;
    if (!at)
        return false;
    if (text[at] == '.') {
        size_t whole = strlen(digits), more = digits_of(text + at + 1, digits);
        if (!more)
            return false;
        at += 1 + more;
        exponent -= (long)(strlen(digits) - whole);
    }
    if (strlen(digits) > 40)
        return false;
    const char *power = text[at] ? strchr(powers, text[at] == 'K' ? 'k' : text[at]) : NULL;
    size_t sign = text[at] && strchr("eE", text[at]) && text[at + 1] && strchr("+-", text[at + 1]);
    size_t exponent_digits = text[at] && strchr("eE", text[at]) ? strspn(text + at + 1 + sign, "0123456789") : 0;
    if (exponent_digits) {
        long value = exponent_digits > 15 && strspn(text + at + 1 + sign, "0") < exponent_digits - 15
                         ? 5000
                         : atol(text + at + 1 + sign);
        value = value > 5000 ? 5000 : value;
        exponent += sign && text[at + 1] == '-' ? -value : value;
        at += 1 + sign + exponent_digits;
    } else if (power) {
        exponent += 3 * (power - powers + 1);
        at++;
    }
    if (text[at])
        return false;
    unsigned __int128 total = 0;
    size_t count = strlen(digits);
    while (count && exponent < 0 && digits[count - 1] == '0')
        count--, exponent++;
    for (size_t i = 0; i < count; i++)
        total = total >> 120 ? total : total * 10 + (unsigned)(digits[i] - '0'); /* stays huge */
    for (; total && exponent > 0 && !(total >> 120); exponent--)
        total *= 10;
    const wide e18 = 1000000000000000000;
    if (!total || exponent < 0 || total > e18 * e18)
        return false;
    *flops = total;
    return true;
}

/* Of a decimal number: is its first digit that is not 0 at most 307 places from the point? */
static bool is_in_range(const char *text)
{
    size_t zeros = strspn(text, "0."), point = strcspn(text, ".eE"), letter = strcspn(text, "eE");
    long place = point > zeros ? (long)(point - zeros) - 1 : (long)point - (long)zeros;
    long exponent = text[letter] ? strtol(text + letter + 1, NULL, 10) : 0;
    return zeros < letter && exponent > -100000 && exponent < 100000 && labs(place + exponent) <= 307;
}

static bool is_multiplier(const char *text, double *value)
{
    size_t at = strspn(text, "0123456789"), digits = at;
    if (text[at] == '.') {
        size_t more = strspn(text + at + 1, "0123456789");
        at += 1 + more;
        digits += more;
    }
    if (digits && (text[at] == 'e' || text[at] == 'E')) {
        size_t sign = text[at + 1] == '+' || text[at + 1] == '-';
        size_t more = strspn(text + at + 1 + sign, "0123456789");
        at += more ? 1 + sign + more : 0;
    }
    if (!digits || text[at] || strlen(text) > 62 || !is_in_range(text))
        return false;
    *value = strtod(text, NULL);
    return true;
}

static bool is_whole(const char *text, long low, long high, int *value)
{
    if (!*text || text[strspn(text, "0123456789")] || strlen(text) > 6 || atol(text) < low || atol(text) > high)
        return false;
    *value = (int)atol(text);
    return true;
}

static bool is_exhausted(const char *text, struct config *c)
{
    int signal = SIGXCPU;
    const char *name = strncmp(text, "signal=", 7) ? "XCPU" : strncmp(text + 7, "SIG", 3) ? text + 7 : text + 10;
    bool named = is_whole(name, 1, 64, &signal);
    for (int i = 1; i < 65 && !named; i++)
        if (sigabbrev_np(i) && !strcmp(sigabbrev_np(i), name)) {
            named = true;
            signal = i;
        }
    if (!strcmp(text, "error") || !strcmp(text, "abort") || !strcmp(text, "warn")) {
        c->on_exhausted = *text == 'e' ? CONFIG_ERROR : *text == 'a' ? CONFIG_ABORT : CONFIG_WARN;
        return true;
    }
    if (strcmp(text, "signal") && (strncmp(text, "signal=", 7) || !named))
        return false;
    c->on_exhausted = CONFIG_SIGNAL;
    c->signal = signal;
    return true;
}

/* One template without its blanks: does the extension, letters and digits behind the last dot, name a format? */
static bool is_format(const char *item, size_t length)
{
    size_t dot = length, letters = 0;
    while (dot && item[dot - 1] != '.' && item[dot - 1] != '/' && item[dot - 1] != '%')
        letters += isalpha((unsigned char)item[--dot]) != 0;
    if (dot < 2 || item[dot - 1] != '.' || item[dot - 2] == '/' || !letters)
        return true;
    item += dot;
    length -= dot;
    return (length == 3 && (!memcmp(item, "txt", 3) || !memcmp(item, "csv", 3))) || (length == 4 && !memcmp(item, "json", 4));
}

static bool is_output(const char *text)
{
    for (const char *item = text, *end; *item; item = *end ? end + 1 : end) {
        end = item + strcspn(item, ",");
        const char *first = item, *last = end;
        while (first < last && *first == ' ')
            first++;
        while (last > first && last[-1] == ' ')
            last--;
        if (!is_format(first, (size_t)(last - first)))
            return false;
    }
    bool names_one = false;
    for (size_t at = 0; text[at]; at++) {
        names_one |= text[at] != ' ' && text[at] != ',';
        if (text[at] == '%' && (!text[++at] || !strchr("pherjt%", text[at])))
            return false;
    }
    return names_one && strlen(text) < sizeof config.output;
}

static bool is_one_of(const char *text, const char *words, int *which)
{
    *which = 0;
    for (const char *word = words; *word; word += strlen(word) + 1, ++*which)
        if (!strcmp(word, text))
            return true;
    return false;
}

static bool is_flag(const char *text, bool *flag)
{
    if (strcmp(text, "0") && strcmp(text, "1"))
        return false;
    *flag = *text == '1';
    return true;
}

static bool is_text(const char *text, char *to, size_t size)
{
    if (strlen(text) >= size)
        return false;
    strcpy(to, text);
    return true;
}

static bool is_count(const char *value, unsigned *left_out)
{
    unsigned counted = 0;
    bool good = true;
    char *copy = strdup(value);
    for (char *rest = copy, *word; good && (word = strsep(&rest, ","));) {
        int which = 0;
        good = is_one_of(word, "blas\0lapack\0fft\0dnn\0", &which);
        counted |= 1U << which;
    }
    free(copy);
    if (good)
        *left_out = ~counted & 15;
    return good;
}

static bool is_detail(const char *value, struct config *c)
{
    unsigned bits = 0;
    int kept = CONFIG_CALLS_KEPT;
    char *copy = strdup(value);
    bool good = strlen(value) < 64, sized = false;
    for (char *rest = copy, *word; good && (word = strsep(&rest, ","));) {
        int which = 0;
        if (!strncmp(word, "calls=", 6) && !sized) {
            sized = true;
            good = is_whole(word + 6, 1, CONFIG_CALLS_MOST, &kept);
            which = 3;
        } else {
            good = is_one_of(word, "routines\0shapes\0callers\0calls\0", &which);
        }
        bits |= 1U << which;
    }
    free(copy);
    if (good) {
        c->detail = bits >> 1;
        c->calls_kept = kept;
    }
    return good;
}

static bool is_time(const char *text, uint64_t *ns)
{
    static const char *const units[] = {"ms", "s", "m", "h"};
    static const uint64_t lengths[] = {1000000, 1000000000, 60 * UINT64_C(1000000000), 3600 * UINT64_C(1000000000)};
    char digits[4096] = "";
    size_t at = digits_of(text, digits), whole = strlen(digits), more = 0;
    if (!at)
        return false;
    if (text[at] == '.') {
        more = digits_of(text + at + 1, digits);
        if (!more)
            return false;
        at += 1 + more;
    }
    if (strlen(digits) > 18)
        return false;
    for (int i = 0; i < 4; i++) {
        unsigned __int128 value = (unsigned __int128)strtoull(digits, NULL, 10) * lengths[i];
        for (size_t k = strlen(digits); k > whole; k--)
            value /= 10;
        if (strcmp(text + at, units[i]) || !value || value > INT64_MAX)
            continue;
        *ns = (uint64_t)value;
        return true;
    }
    return false;
}

/* No file of such a name is there. */
static bool is_weights(const char *value, bool has_budget, struct expected *e)
{
    bool file = strcmp(value, "dp-scaled") != 0;
    bool good = (!file || value[strcspn(value, "/.")]) && is_text(value, e->config.weights, sizeof e->config.weights);
    e->ends |= has_budget && (!good || file);
    e->lines += good && file;
    return good;
}

/* Is the value good? Then it is in the configuration. */
static bool take(const char *name, const char *value, bool has_budget, struct expected *e)
{
    struct config *c = &e->config;
    int which = 0;
    bool good = true;
    if (!strcmp(name, "FLOP_BUDGET"))
        e->ends |= !(good = is_budget(value, &c->limit_flops));
    else if (!strcmp(name, "FLOP_TIME_LIMIT"))
        e->ends |= !(good = is_time(value, &c->time_limit_ns));
    else if (!strcmp(name, "FLOP_WEIGHTS"))
        good = is_weights(value, has_budget, e);
    else if (!strcmp(name, "FLOP_SCOPE")) {
        good = is_one_of(value, "process\0tree\0job\0", &which);
        e->ends |= !good && has_budget;
        c->tree = good && which == 1;
        c->job = good && which == 2;
    } else if (!strcmp(name, "FLOP_MULTIPLIER"))
        good = is_multiplier(value, &c->multiplier);
    else if (!strcmp(name, "FLOP_ON_EXHAUSTED"))
        good = is_exhausted(value, c);
    else if (!strcmp(name, "FLOP_EXIT_CODE"))
        good = is_whole(value, 1, 255, &c->exit_code);
    else if (!strcmp(name, "FLOP_OUTPUT"))
        good = is_output(value) && is_text(value, c->output, sizeof c->output);
    else if (!strcmp(name, "FLOP_DETAIL"))
        good = is_detail(value, c);
    else if (!strcmp(name, "FLOP_TIMING") && (good = is_one_of(value, "off\0auto\0all\0", &which)))
        c->timing = (enum config_timing)which;
    else if (!strcmp(name, "FLOP_CONVENTION") && (good = is_one_of(value, "ops\0fma\0", &which)))
        c->convention = which;
    else if (!strcmp(name, "FLOP_COUNT"))
        e->ends |= !(good = is_count(value, &c->left_out)) && has_budget;
    else if (!strcmp(name, "FLOP_NAMESPACE"))
        good = is_text(value, c->namespace_, sizeof c->namespace_);
    else if (!strcmp(name, "FLOP_LEDGER_DIR"))
        good = is_text(value, c->ledger_dir, sizeof c->ledger_dir);
    else if (!strcmp(name, "FLOP_QUIET"))
        good = is_flag(value, &c->quiet);
    else if (!strcmp(name, "FLOP_VERBOSE"))
        good = is_flag(value, &c->verbose);
    else if (!strcmp(name, "FLOP_DISABLE"))
        good = is_flag(value, &c->disabled);
    return good;
}

/* ---- what was said ---- */

static bool is_said(const char *start, size_t length)
{
    for (const char *line = said; line < said + said_bytes;) {
        const char *end = memchr(line, '\n', (size_t)(said + said_bytes - line));
        REQUIRE(end, "a line without an end");
        if ((size_t)(end - line) >= length && !memcmp(line, start, length))
            return true;
        line = end + 1;
    }
    return false;
}

/* `flopshim: NAME=VALUE: expected`; of a long value, its beginning; no control character reaches a terminal. */
static void expect_complaint(const char *name, const char *value)
{
    char line[512];
    size_t length = (size_t)snprintf(line, sizeof line, "flopshim: %s=%.200s%s", name, value,
                                     strlen(value) > 200 ? "...: expected " : ": expected ");
    for (size_t i = 0; i < length; i++)
        line[i] = (unsigned char)line[i] < 0x20 || line[i] == 0x7f ? '?' : line[i];
    REQUIRE(is_said(line, length), "'%s' was not said, but: %.*s", line, (int)said_bytes, said);
}

static void expect_lines(const struct expected *e)
{
    int lines = 0;
    for (size_t i = 0; i < said_bytes; i++) {
        unsigned char c = (unsigned char)said[i];
        REQUIRE(c == '\n' || (c >= 0x20 && c != 0x7f), "control character %d", c);
        lines += c == '\n';
    }
    REQUIRE(lines >= e->lines && lines <= e->lines + e->more_lines, "%d lines, not %d to %d:\n%.*s", lines, e->lines,
            e->lines + e->more_lines, (int)said_bytes, said);
}

/* One letter more, less, other, or two swapped. */
static bool is_one_edit(const char *name, const char *known)
{
    size_t same = 0, n = strlen(name), k = strlen(known);
    while (name[same] && name[same] == known[same])
        same++;
    const char *a = name + same, *b = known + same;
    if (n == k)
        return n > same && (!strcmp(a + 1, b + 1) || (a[1] && a[0] == b[1] && a[1] == b[0] && !strcmp(a + 2, b + 2)));
    return n == k + 1 ? !strcmp(a + 1, b) : n + 1 == k && !strcmp(a, b + 1);
}

static void judge_unknown(const char *name, struct expected *e)
{
    bool certain = false, possible = false;
    for (size_t i = 0; i < CONFIG_VARIABLES; i++) {
        certain |= is_one_edit(name, config_variables[i].name);
        possible |= labs((long)strlen(name) - (long)strlen(config_variables[i].name)) <= 2;
    }
    e->lines += certain;
    e->more_lines += !certain && possible;
}

static void judge(char **entries, struct expected *e)
{
    bool has_budget = getenv("FLOP_BUDGET") != NULL;
    for (char **entry = entries; *entry; entry++) {
        char *equals = strchr(*entry, '=');
        if (!equals || strncmp(*entry, "FLOP_", 5))
            continue;
        *equals = 0;
        bool known = false;
        for (size_t i = 0; i < CONFIG_VARIABLES; i++)
            known |= !strcmp(*entry, config_variables[i].name);
        char **first = entries;
        while (strncmp(*first, *entry, strlen(*entry)) || ((*first)[strlen(*entry)] != '=' && first != entry))
            first++;
        if (first == entry && !known) {
            judge_unknown(*entry, e);
        } else if (first == entry && !take(*entry, equals + 1, has_budget, e)) {
            expect_complaint(*entry, equals + 1);
            e->lines++;
        }
        *equals = '=';
    }
}

/* ---- one input ---- */

static const struct config defaults = {
    .limit_flops = CONFIG_UNLIMITED,
    .multiplier = 1,
    .multiplier_text = "1",
    .timing = CONFIG_TIMING_AUTO,
    .signal = SIGXCPU,
    .exit_code = 86,
    .output = "flopshim.%e.%p.txt",
};

static void expect_config(const struct expected *e)
{
    const struct config *want = &e->config;
    REQUIRE(config.limit_flops == want->limit_flops, "%lu not %lu", wide_narrow(config.limit_flops),
            wide_narrow(want->limit_flops));
    REQUIRE(!memcmp(&config.multiplier, &want->multiplier, sizeof(double)), "%a not %a", config.multiplier, want->multiplier);
    const char *shown = config.multiplier_text;
    double again = strtod(shown, NULL);
    REQUIRE(!memcmp(&again, &want->multiplier, sizeof(double)), "%s is shown for %a", shown, want->multiplier);
    size_t whole = strspn(shown, "0123456789");
    bool json = whole && (*shown != '0' || whole == 1) && (shown[whole] != '.' || strchr("0123456789", shown[whole + 1]));
    REQUIRE(json && strlen(shown) < sizeof config.multiplier_text, "%s is no JSON number", shown);
    REQUIRE(config.on_exhausted == want->on_exhausted && config.signal == want->signal, "signal %d", config.signal);
    REQUIRE(config.exit_code == want->exit_code && config.timing == want->timing, "exit code %d", config.exit_code);
    REQUIRE(config.convention == want->convention && config.quiet == want->quiet, "convention %d", config.convention);
    REQUIRE(config.detail == want->detail, "detail %x", config.detail);
    REQUIRE(!(config.detail & CONFIG_CALLS) || config.calls_kept == want->calls_kept, "%d calls", config.calls_kept);
    REQUIRE(config.left_out == want->left_out, "left out %x", config.left_out);
    REQUIRE(config.tree == want->tree && config.job == want->job, "tree %d, job %d", config.tree, config.job);
    REQUIRE(config.verbose == want->verbose && config.disabled == want->disabled, "flags");
    REQUIRE(!strcmp(config.output, want->output) && !strcmp(config.namespace_, want->namespace_), "%s", config.output);
    REQUIRE(config.time_limit_ns == want->time_limit_ns, "%lu ns", config.time_limit_ns);
    REQUIRE(!strcmp(config.weights, want->weights), "%s", config.weights);
    REQUIRE(!strcmp(config.ledger_dir, want->ledger_dir), "%s", config.ledger_dir);
}

static int read_configuration(void)
{
    volatile int status = setjmp(left);
    if (!status)
        config_read();
    return status;
}

/* FLOP_TREE: 16 hexadecimal digits, a colon, an absolute path. */
static void check_tree(const char *text)
{
    static const char digits[] = "0123456789abcdef";
    uint64_t nonce = 0, wanted = 0;
    const char *path = NULL;
    size_t length = strspn(text, digits);
    bool good = length == 16 && text[16] == ':' && text[17] == '/';
    for (size_t i = 0; good && i < 16; i++)
        wanted = wanted * 16 + (uint64_t)(strchr(digits, text[i]) - digits);
    REQUIRE(config_parse_tree(text, &nonce, &path) == good, "%s", text);
    REQUIRE(!good || (nonce == wanted && path == text + 17), "%s", text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    char *entries[ENTRIES_MAX + 1] = {0}, **before = environ;
    for (int i = 0; in.left && i < ENTRIES_MAX; i++)
        check_tree(entries[i] = fuzz_text(&in, 0));
    config = defaults;
    fails_closed = false;
    said_bytes = 0;
    environ = entries;
    int status = read_configuration();
    const char *disable = getenv("FLOP_DISABLE");
    struct expected e = {.config = defaults};
    if (disable && !strcmp(disable, "1"))
        e.config.disabled = true;
    else
        judge(entries, &e);
    expect_lines(&e);
    REQUIRE(status == (e.ends ? 2 : 0), "status %d", status);
    expect_config(&e);
    environ = before;
    for (int i = 0; i < ENTRIES_MAX; i++)
        free(entries[i]);
    return 0;
}
