/* Reads a question, fills in the usual cases, asks cost_price. */
#include "evaluate.h"
#include "defaults.h"
#include "formula_text.h"
#include "legal.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_LENGTH 31

struct reader {
    struct cost_question *q;
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

static bool is_called(const struct cost_argument *a, const char *name, size_t length)
{
    return (size_t)a->length == length && !strncmp(a->name, name, length);
}

static struct cost_argument *find(struct cost_argument *list, int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (is_called(&list[i], name, strlen(name)))
            return &list[i];
    return NULL;
}

static struct cost_argument *counted(struct cost_question *q, const char *name)
{
    return find(q->arguments, q->count, name);
}

/* The place of a word among blank-separated ones, or NULL. */
static const char *word_of(const char *words, const char *name)
{
    const size_t length = strlen(name);
    for (const char *word = words; *word; word += strcspn(word, " "), word += *word == ' ')
        if (strcspn(word, " ") == length && !strncmp(word, name, length))
            return word;
    return NULL;
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

static int fail_value(struct reader *r, const char *name, const char *value, const char *accepted)
{
    snprintf(r->error, r->size, "%s: %s=%s is not accepted; %s", cost_name(r->q->routine), name, value, accepted);
    return -1;
}

static int fail_letters(struct reader *r, const char *name, const char *value, const char *letters)
{
    char accepted[64] = "one of ";
    for (size_t i = 0; letters[i]; i++)
        snprintf(accepted + strlen(accepted), sizeof accepted - strlen(accepted), "%s%c", i ? ", " : "", letters[i]);
    return fail_value(r, name, value, accepted);
}

/* A call with a negative dimension is rejected and costs nothing; a question about one is a mistake. */
static int read_dimension(struct reader *r, const char *name, const char *value, int64_t *number)
{
    if (!read_integer(value, number))
        return fail_value(r, name, value, "an integer such as 1000 or 1e3");
    return *number < 0 ? fail_value(r, name, value, "a dimension is 0 or more") : 0;
}

static int read_option(struct reader *r, const char *name, const char *value, int64_t *letter)
{
    const bool complex_data = r->q->routine->field != COST_FIELD_REAL;
    const char *letters = default_letters(cost_family(r->q->routine), name, complex_data);
    *letter = toupper((unsigned char)value[0]);
    if (!isalnum((int)*letter) || value[1] || (letters && !strchr(letters, (int)*letter)))
        return letters ? fail_letters(r, name, value, letters) : fail_value(r, name, value, "a letter");
    return 0;
}

/* A number that matters only where it is 0 or 1; g: any other. Read without floating-point arithmetic. */
static int read_scalar(struct reader *r, const char *name, const char *value, int64_t *number)
{
    const bool is_number = !value[strspn(value, "0123456789.eE+-")] && strpbrk(value, "0123456789");
    if (!is_number && strcmp(value, "g") != 0)
        return fail_value(r, name, value, "a number such as 2.5, or g for any");
    const size_t mantissa = strcspn(value, "eE");
    const char *first = strpbrk(value, "123456789");
    const bool zero = is_number && (!first || first >= value + mantissa);
    const size_t one = *value == '1' ? 1 + strspn(value + 1, ".") : 0;
    if (!read_integer(value, number))
        *number = zero ? 0 : one && !value[one + strspn(value + one, "0")] && one == 2 ? 1 : 2;
    return 0;
}

static int read_limited(struct reader *r, const char *name, const char *value, int64_t *number)
{
    char accepted[80];
    int64_t least, most;
    if (!read_integer(value, number))
        return fail_value(r, name, value, "an integer such as 1000 or 1e3");
    if (!default_limits(cost_family(r->q->routine), name, &least, &most) || (*number >= least && *number <= most))
        return 0;
    snprintf(accepted, sizeof accepted, most == INT64_MAX ? "it is %lld or more" : "an integer from %lld to %lld",
             (long long)least, (long long)most);
    return fail_value(r, name, value, accepted);
}

static int read_counted(struct reader *r, struct cost_argument *a, const char *name, const char *value)
{
    const char kind = cost_kinds(r->q->routine)[a - r->q->arguments];
    if (a->given)
        return fail_value(r, name, value, "it is given already");
    a->given = true;
    switch (kind) {
    case 'o': return read_option(r, name, value, &a->value);
    case 's': return read_scalar(r, name, value, &a->value);
    case 'd': return read_dimension(r, name, value, &a->value) || read_limited(r, name, value, &a->value) ? -1 : 0;
    default: return read_limited(r, name, value, &a->value);
    }
}

static bool is_dimension(const struct cost_routine *routine, const char *name)
{
    const struct cost_dims dims = cost_dims(routine);
    for (uint32_t i = 0; i < dims.count; i++)
        if (!strcmp(dims.names[i], name))
            return true;
    return false;
}

/* A dimension whose value others may take: dorghr's n is its ihi. */
static int read_beside(struct reader *r, const char *name, const char *value)
{
    struct cost_question *q = r->q;
    if (find(q->beside, q->beside_count, name))
        return fail_value(r, name, value, "it is given already");
    if (q->beside_count == COST_BESIDE_MAX)
        return fail_value(r, name, value, "there are too many arguments that the price does not hang on");
    struct cost_argument *a = &q->beside[q->beside_count++];
    *a = (struct cost_argument){word_of(cost_takes(q->routine), name), (int)strlen(name), true, 0};
    return read_dimension(r, name, value, &a->value);
}

/* The kind of an argument, by its place in `takes`. */
static char kind_of(const struct cost_routine *routine, const char *name)
{
    const char *kind = cost_taken(routine);
    for (const char *word = cost_takes(routine); word != word_of(cost_takes(routine), name); word += strcspn(word, " ") + 1)
        kind++;
    return *kind;
}

/* What the price does not hang on, as far as it can be checked. */
static int read_unpriced(struct reader *r, const char *name, const char *value)
{
    const struct cost_routine *routine = r->q->routine;
    int64_t number;
    switch (kind_of(routine, name)) {
    case 'o': return read_option(r, name, value, &number);
    case 's':
    case 'f':
        if (read_scalar(r, name, value, &number))
            return -1;
        r->q->is_idle |= !strcmp(name, cost_idle(routine)) && number == 0;
        return 0;
    case 'i':
        if (read_limited(r, name, value, &number))
            return -1;
        if (!strncmp(name, "inc", 3) && number == 0 && default_step(cost_family(routine)))
            return fail_value(r, name, value, "a step is not 0");
        return strncmp(name, "ld", 2) != 0 || number >= 1 ? 0 : fail_value(r, name, value, "a leading dimension is 1 or more");
    default:
        snprintf(r->error, r->size, "%s: %s=%s is not accepted; the price does not hang on it, but on %s", cost_name(routine),
                 name, value, cost_args(routine));
        return -1;
    }
}

/* `name` becomes what the routine calls it. False: it describes the data and is no argument. */
static bool resolve_alias(struct reader *r, char *name)
{
    for (size_t a = 0; !counted(r->q, name) && a < sizeof aliases / sizeof *aliases; a++) {
        if (strcmp(aliases[a].other, name) != 0 ||
            (*aliases[a].family && strcmp(aliases[a].family, cost_family(r->q->routine)) != 0))
            continue;
        if (!aliases[a].name)
            return false;
        strcpy(name, aliases[a].name);
    }
    return true;
}

static int read_assignment(struct reader *r, const char *text)
{
    struct cost_question *q = r->q;
    const char *equals = strchr(text, '=');
    char name[NAME_MAX_LENGTH + 1];
    int64_t number;
    if (!equals || equals == text || !equals[1] || equals - text > NAME_MAX_LENGTH) {
        snprintf(r->error, r->size, "'%s' is not accepted; name=value, such as n=1000", text);
        return -1;
    }
    for (size_t i = 0; i <= (size_t)(equals - text); i++) /* in any case: M=3 */
        name[i] = text[i] == '=' ? '\0' : (char)tolower((unsigned char)text[i]);
    const char *value = equals + 1;
    if (!resolve_alias(r, name))
        return strcmp(name, "data") ? read_dimension(r, name, value, &number) : 0;
    struct cost_argument *a = counted(q, name);
    if (a)
        return read_counted(r, a, name, value);
    if (!word_of(cost_takes(q->routine), name)) {
        snprintf(r->error, r->size, "%s has no argument '%s'; it has %s", cost_name(q->routine), name, cost_takes(q->routine));
        return -1;
    }
    if (!strcmp(name, "group_size"))
        return read_dimension(r, name, value, &q->members);
    if (!strcmp(name, "group_count"))
        return read_dimension(r, name, value, &q->groups);
    return is_dimension(q->routine, name) ? read_beside(r, name, value) : read_unpriced(r, name, value);
}

static struct usual_case usual_of(const struct cost_question *q, const struct cost_argument *a)
{
    char name[NAME_MAX_LENGTH + 1];
    snprintf(name, sizeof name, "%.*s", a->length, a->name);
    return default_of(cost_family(q->routine), name);
}

static bool resolve(struct cost_question *q, struct cost_argument *a)
{
    const struct usual_case usual = usual_of(q, a);
    const char *from = usual.same_as;
    if (!usual.known && cost_kinds(q->routine)[a - q->arguments] != 'w')
        return false;
    a->value = usual.value;
    if (from && !strcmp(from, "side")) {
        const struct cost_argument *side = counted(q, "side");
        from = side && side->value == 'R' ? "n" : "m";
    }
    if (!from)
        return true;
    const struct cost_argument *other = counted(q, from);
    if (!other)
        other = find(q->beside, q->beside_count, from);
    if (!other || other == a || (!other->given && strcmp(from, "m") != 0))
        return false;
    a->value = other->value;
    return true;
}

/* Options and plain dimensions first: others may take their value. */
static int fill_in(struct reader *r)
{
    struct cost_question *q = r->q;
    for (int pass = 0; pass < 2; pass++)
        for (struct cost_argument *a = q->arguments; a < q->arguments + q->count; a++) {
            const bool later = usual_of(q, a).same_as && !is_called(a, "m", 1);
            if (a->given || later != (pass == 1) || resolve(q, a))
                continue;
            snprintf(r->error, r->size, "%s needs %.*s=, which has no usual case", cost_name(q->routine), a->length, a->name);
            return -1;
        }
    return 0;
}

static int begin(struct reader *r, const char *routine)
{
    struct cost_question *q = r->q;
    const int index = cost_find(routine);
    if (index < 0) {
        snprintf(r->error, r->size, "unknown routine '%s'; `flopshim list` prints those that have a price", routine);
        return -1;
    }
    *q = (struct cost_question){.routine = &cost_routines[index], .members = 1, .groups = 1};
    for (const char *word = cost_args(q->routine); *word && q->count < COST_ARGUMENTS_MAX; q->count++) {
        const int span = (int)strcspn(word, " ");
        q->arguments[q->count] = (struct cost_argument){.name = word, .length = span};
        word += span + (word[span] == ' ');
    }
    return 0;
}

int cost_question_read(struct cost_question *q, const char *routine, int n, const char *const *assignments, char *error,
                       size_t size)
{
    struct reader r = {q, error, size};
    if (begin(&r, routine))
        return -1;
    for (int i = 0; i < n; i++)
        if (read_assignment(&r, assignments[i]))
            return -1;
    return fill_in(&r) || legal_question(q, error, size) ? -1 : 0;
}

struct cost_ops cost_question_ops(const struct cost_question *q)
{
    int64_t values[COST_ARGUMENTS_MAX];
    for (int i = 0; i < q->count; i++)
        values[i] = q->arguments[i].value;
    struct cost_ops none = {0};
    return q->is_idle ? none : cost_count((unsigned)(q->routine - cost_routines), values);
}

void cost_question_answer(const struct cost_question *q, struct cost_answer *answer)
{
    const struct cost_ops one = cost_question_ops(q);
    const int64_t times = q->groups;
    answer->flop_cost = cost_times(cost_times(cost_weigh(q->routine, one, COST_OPS), q->members), times);
    answer->fma_cost = cost_times(cost_times(cost_weigh(q->routine, one, COST_FMA), q->members), times);
    answer->accuracy = q->routine->accuracy;
    answer->source = cost_source(q->routine);
    cost_formula(q->routine, answer->formula, sizeof answer->formula);
}

int cost_evaluate(const char *routine, int n, const char *const *assignments, struct cost_answer *answer, char *error,
                  size_t size)
{
    struct cost_question q;
    if (cost_question_read(&q, routine, n, assignments, error, size))
        return -1;
    cost_question_answer(&q, answer);
    return 0;
}
