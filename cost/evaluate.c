/* Reads a question, fills in the usual cases, asks cost_price. */
#include "evaluate.h"
#include "defaults.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define ARGUMENTS_MAX 48
#define NAME_MAX_LENGTH 31

struct question {
    const struct cost_routine *routine;
    int count; /* arguments of the count */
    char name[ARGUMENTS_MAX][NAME_MAX_LENGTH + 1];
    int64_t value[ARGUMENTS_MAX];
    bool given[ARGUMENTS_MAX];
    int64_t times; /* members of a batch's group */
    char *error;
    size_t size;
};

/* Other names of an argument, and names that describe the data but are no argument. */
static const struct {
    const char *family;
    const char *other;
    const char *name; /* NULL: it changes nothing */
} aliases[] = {
    {"rotm", "flag", "param"}, {"trsm", "trans", "transa"}, {"trmm", "trans", "transa"}, {"", "data", NULL},
    {"lacgv", "m", NULL},      {"laswp", "m", NULL},        {"lascl", "kl", NULL},       {"lascl", "ku", NULL},
};

static bool listed(const char *words, const char *name, size_t length)
{
    for (const char *word = words; *word; word += strcspn(word, " "), word += *word == ' ')
        if (strcspn(word, " ") == length && !strncmp(word, name, length))
            return true;
    return false;
}

static int find_argument(const struct question *q, const char *name)
{
    for (int i = 0; i < q->count; i++)
        if (!strcmp(q->name[i], name))
            return i;
    return -1;
}

/* An integer, as 1000 or 1e3. */
static bool read_integer(const char *text, int64_t *value)
{
    const bool negative = *text == '-';
    const char *digit = text + negative;
    int64_t number = 0;
    if (!isdigit((unsigned char)*digit))
        return false;
    for (; isdigit((unsigned char)*digit); digit++)
        if (__builtin_mul_overflow(number, 10, &number) || __builtin_add_overflow(number, *digit - '0', &number))
            return false;
    if (*digit == 'e' || *digit == 'E') {
        int exponent = 0;
        if (!isdigit((unsigned char)*++digit))
            return false;
        for (; isdigit((unsigned char)*digit) && exponent < 100; digit++)
            exponent = 10 * exponent + (*digit - '0');
        for (; exponent > 0; exponent--)
            if (__builtin_mul_overflow(number, 10, &number))
                return false;
    }
    *value = negative ? -number : number;
    return *digit == '\0';
}

static int fail_letters(struct question *q, const char *name, const char *value, const char *letters)
{
    char accepted[64] = "";
    for (size_t i = 0; letters[i]; i++)
        snprintf(accepted + strlen(accepted), sizeof accepted - strlen(accepted), "%s%c", i ? ", " : "", letters[i]);
    snprintf(q->error, q->size, "%s: %s=%s is not accepted; one of %s", q->routine->name, name, value, accepted);
    return -1;
}

static int fail_value(struct question *q, const char *name, const char *value, const char *accepted)
{
    snprintf(q->error, q->size, "%s: %s=%s is not accepted; %s", q->routine->name, name, value, accepted);
    return -1;
}

/* A call with a negative dimension is rejected and costs nothing; a question about one is a mistake. */
static int read_dimension(struct question *q, const char *name, const char *value, int64_t *number)
{
    if (!read_integer(value, number))
        return fail_value(q, name, value, "an integer such as 1000 or 1e3");
    return *number < 0 ? fail_value(q, name, value, "a dimension is 0 or more") : 0;
}

static int read_value(struct question *q, int i, const char *value)
{
    const char kind = q->routine->kinds[i];
    if (q->given[i])
        return fail_value(q, q->name[i], value, "it is given already");
    if (kind == 'o') {
        const char *letters = default_letters(q->routine->family, q->name[i]);
        const int letter = toupper((unsigned char)value[0]);
        if (!isalnum(letter) || value[1])
            return fail_letters(q, q->name[i], value, letters ? letters : "a letter");
        if (letters && !strchr(letters, letter))
            return fail_letters(q, q->name[i], value, letters);
        q->value[i] = letter;
    } else if (kind == 's') {
        int64_t number = 0;
        q->value[i] = read_integer(value, &number) ? number : 2; /* a general value, not 0 or 1 */
        if (strcmp(value, "g") != 0 && (value[strspn(value, "0123456789.eE+-")] || !strpbrk(value, "0123456789")))
            return fail_value(q, q->name[i], value, "a number such as 2.5, or g for any");
    } else if (kind == 'd') {
        if (read_dimension(q, q->name[i], value, &q->value[i]) < 0)
            return -1;
    } else if (!read_integer(value, &q->value[i])) {
        return fail_value(q, q->name[i], value, "an integer such as 1000 or 1e3");
    }
    q->given[i] = true;
    return 0;
}

static int fail_name(struct question *q, const char *name)
{
    snprintf(q->error, q->size, "%s has no argument '%s'; it has %s", q->routine->name, name, q->routine->takes);
    return -1;
}

/* Checks all of the routine's arguments, also those that its count does not need. */
static bool is_dimension(const struct cost_routine *routine, const char *name)
{
    const struct cost_dims dims = cost_dims(routine);
    for (uint32_t i = 0; i < dims.count; i++)
        if (!strcmp(dims.names[i], name))
            return true;
    return false;
}

static int read_assignment(struct question *q, const char *text)
{
    const char *equals = strchr(text, '=');
    char name[NAME_MAX_LENGTH + 1];
    int64_t number;
    if (!equals || equals == text || !equals[1] || equals - text > NAME_MAX_LENGTH) {
        snprintf(q->error, q->size, "'%s' is not accepted; name=value, such as n=1000", text);
        return -1;
    }
    snprintf(name, sizeof name, "%.*s", (int)(equals - text), text);
    int i = find_argument(q, name);
    for (size_t a = 0; i < 0 && a < sizeof aliases / sizeof *aliases; a++) {
        if (strcmp(aliases[a].other, name) != 0 || (*aliases[a].family && strcmp(aliases[a].family, q->routine->family) != 0))
            continue;
        if (!aliases[a].name)
            return strcmp(name, "data") ? read_dimension(q, name, equals + 1, &number) : 0;
        snprintf(name, sizeof name, "%s", aliases[a].name);
        i = find_argument(q, name);
    }
    if (i >= 0)
        return read_value(q, i, equals + 1);
    if (!listed(q->routine->takes, name, strlen(name)))
        return fail_name(q, name);
    const char *letters = default_letters(q->routine->family, name);
    if (letters && (equals[2] || !strchr(letters, toupper((unsigned char)equals[1]))))
        return fail_letters(q, name, equals + 1, letters);
    if (!strcmp(name, "group_size"))
        return read_dimension(q, name, equals + 1, &q->times);
    if (is_dimension(q->routine, name))
        return read_dimension(q, name, equals + 1, &number);
    if (!strncmp(name, "ld", 2) && read_integer(equals + 1, &number) && number < 1)
        return fail_value(q, name, equals + 1, "a leading dimension is 1 or more");
    return 0;
}

/* Ranges that the routine rejects: 1 <= ilo <= ihi <= n; of values where range is I. Where there is an m beside n, the larger
 * one bounds: which of them does is the routine's affair. */
static int check_range(struct question *q, const char *low, const char *high)
{
    const int first = find_argument(q, low), last = find_argument(q, high), range = find_argument(q, "range");
    const int n = find_argument(q, "n"), m = find_argument(q, "m");
    if (first < 0 || last < 0 || n < 0 || (range >= 0 && q->value[range] != 'I'))
        return 0;
    const bool of_m = m >= 0 && q->value[m] > q->value[n];
    const int64_t bound = q->value[of_m ? m : n];
    if (!bound || (q->value[first] >= 1 && q->value[first] <= q->value[last] && q->value[last] <= bound))
        return 0;
    snprintf(q->error, q->size, "%s: %s=%lld %s=%lld is not accepted; 1 <= %s <= %s <= %s=%lld", q->routine->name, low,
             (long long)q->value[first], high, (long long)q->value[last], low, high, of_m ? "m" : "n", (long long)bound);
    return -1;
}

static bool resolve(struct question *q, int i)
{
    const struct usual_case usual = default_of(q->routine->family, q->name[i]);
    const char *from = usual.same_as;
    if (!usual.known && q->routine->kinds[i] != 'w')
        return false;
    q->value[i] = usual.value;
    if (from && !strcmp(from, "side")) {
        const int side = find_argument(q, "side");
        from = side >= 0 && q->value[side] == 'R' ? "n" : "m";
    }
    if (from) {
        const int j = find_argument(q, from);
        if (j < 0 || j == i || (!q->given[j] && strcmp(from, "m") != 0))
            return false;
        q->value[i] = q->value[j];
    }
    return true;
}

/* Options and plain dimensions first: others may take their value. */
static int fill_in(struct question *q)
{
    for (int pass = 0; pass < 2; pass++)
        for (int i = 0; i < q->count; i++) {
            const struct usual_case usual = default_of(q->routine->family, q->name[i]);
            const bool later = usual.same_as && strcmp(q->name[i], "m") != 0;
            if (q->given[i] || later != (pass == 1) || resolve(q, i))
                continue;
            snprintf(q->error, q->size, "%s needs %s=, which has no usual case", q->routine->name, q->name[i]);
            return -1;
        }
    return 0;
}

/* The formula with the weight of the field in place of w. */
static void write_total(char *out, size_t size, const char *formula, bool complex_field)
{
    size_t used = 0;
    for (const char *c = formula + strspn(formula, "= "); *c && used + 2 < size; c++) {
        const bool word = isalnum((unsigned char)c[1]) || c[1] == '_' || c[1] == '(';
        const bool inside = c > formula && (isalnum((unsigned char)c[-1]) || c[-1] == '_' || c[-1] == '\'');
        if (*c != 'w' || word || inside)
            out[used++] = *c;
        else if (!complex_field && c[1] == '*')
            c++;
        else
            out[used++] = complex_field ? '4' : '1';
    }
    out[used] = '\0';
}

/* factor times formula; a formula that is half of a product takes half of the factor. */
static void write_product(char *out, size_t size, int factor, const char *formula)
{
    const size_t length = strlen(formula);
    const bool product = !strpbrk(formula, " ") && !strchr(formula, '+') && !strchr(formula, '-');
    const bool half = length > 2 && !strcmp(formula + length - 2, "/2") && factor % 2 == 0 && !strpbrk(formula, " ");
    if (half)
        snprintf(out, size, "%s%.*s", factor == 8 ? "4*" : factor == 6 ? "3*" : "", (int)length - 2, formula);
    else if (factor == 1)
        snprintf(out, size, strstr(formula, " if ") && formula[0] != '(' ? "(%s)" : "%s", formula);
    else
        snprintf(out, size, product ? "%d*%s" : "%d*(%s)", factor, formula);
}

void cost_formula(const struct cost_routine *r, char *out, size_t size)
{
    const bool complex_field = r->field == COST_FIELD_COMPLEX;
    const int mult = complex_field ? 6 : 1, add = complex_field ? 2 : 1;
    if (!strncmp(r->mults, "both ", 5)) {
        snprintf(out, size, "%s", r->mults + 5);
    } else if (r->mults[0] == '=') {
        write_total(out, size, r->mults, complex_field);
    } else if (!strcmp(r->mults, r->adds) && strcmp(r->mults, "0") != 0) {
        write_product(out, size, mult + add, r->mults);
    } else if (!strcmp(r->adds, "0")) {
        write_product(out, size, strcmp(r->mults, "0") ? mult : 1, r->mults);
    } else if (!strcmp(r->mults, "0")) {
        write_product(out, size, add, r->adds);
    } else {
        write_product(out, size, mult, r->mults);
        const size_t used = strlen(out);
        snprintf(out + used, size - used, " + ");
        write_product(out + used + 3, size - used - 3, add, r->adds);
    }
}

static int begin(struct question *q, const char *routine)
{
    const int index = cost_find(routine);
    if (index < 0) {
        snprintf(q->error, q->size, "unknown routine '%s'; `flopshim list` prints those that have a price", routine);
        return -1;
    }
    q->routine = &cost_routines[index];
    q->times = 1;
    for (const char *word = q->routine->args; *word && q->count < ARGUMENTS_MAX; q->count++) {
        const size_t span = strcspn(word, " ");
        snprintf(q->name[q->count], sizeof *q->name, "%.*s", (int)span, word);
        word += span + (word[span] == ' ');
    }
    return 0;
}

int cost_evaluate(const char *routine, int n, const char *const *assignments, struct cost_answer *answer, char *error,
                  size_t size)
{
    struct question q = {.error = error, .size = size};
    if (begin(&q, routine) < 0)
        return -1;
    for (int i = 0; i < n; i++)
        if (read_assignment(&q, assignments[i]) < 0)
            return -1;
    if (fill_in(&q) < 0 || check_range(&q, "ilo", "ihi") < 0 || check_range(&q, "il", "iu") < 0)
        return -1;
    const unsigned index = (unsigned)(q.routine - cost_routines);
    answer->flop_cost = cost_times(cost_price(index, q.value, COST_OPS), q.times);
    answer->fma_cost = cost_times(cost_price(index, q.value, COST_FMA), q.times);
    answer->accuracy = q.routine->accuracy;
    answer->source = q.routine->source;
    cost_formula(q.routine, answer->formula, sizeof answer->formula);
    return 0;
}
