/* What LAPACK rejects of arguments that are each of them legal. A call with such values costs what it costs; a question about
 * one is a mistake. */
#include "legal.h"
#include <stdio.h>
#include <string.h>

static const struct cost_argument *find(const struct cost_question *q, const char *name)
{
    const size_t length = strlen(name);
    for (int i = 0; i < q->count; i++)
        if ((size_t)q->arguments[i].length == length && !strncmp(q->arguments[i].name, name, length))
            return &q->arguments[i];
    for (int i = 0; i < q->beside_count; i++)
        if ((size_t)q->beside[i].length == length && !strncmp(q->beside[i].name, name, length))
            return &q->beside[i];
    return NULL;
}

static bool listed(const char *families, const char *family)
{
    const size_t length = strlen(family);
    for (const char *word = families; *word; word += strcspn(word, " "), word += *word == ' ')
        if (strcspn(word, " ") == length && !strncmp(word, family, length))
            return true;
    return false;
}

/* argument <= of: another argument; `side`, the order of the matrix on that side; or `min`, the smaller of m and n. */
static const struct bound {
    const char *families, *argument, *of;
} bounds[] = {
    {"orgqr ungqr orgql ungql org2r ung2r org2l ung2l", "n", "m"},
    {"orgqr ungqr orgql ungql org2r ung2r org2l ung2l", "k", "n"},
    {"orglq unglq orgrq ungrq orgl2 ungl2 orgr2 ungr2", "m", "n"},
    {"orglq unglq orgrq ungrq orgl2 ungl2 orgr2 ungr2", "k", "m"},
    {"ormqr unmqr ormql unmql ormlq unmlq ormrq unmrq orm2r unm2r orm2l unm2l orml2 unml2 ormr2 unmr2 gemqrt gemlqt gemqr "
     "gemlq ormrz unmrz",
     "k", "side"},
    {"ormrz unmrz", "l", "side"},
    {"geqrt", "nb", "min"},
    {"gelqt", "mb", "min"},
    {"tpqrt tpqrt2 tplqt tplqt2", "l", "min"},
    {"tpqrt", "nb", "n"},
    {"tplqt", "mb", "m"},
    {"tzrzf tzrqf", "m", "n"},
    {"hbgst sbgst", "kb", "ka"},
    {"hbgv sbgv hbgvd sbgvd hbgvx sbgvx", "kb", "ka"},
    {"orbdb unbdb orcsd uncsd orcsd2by1 uncsd2by1 bbcsd", "p", "m"},
    {"orbdb unbdb orcsd uncsd orcsd2by1 uncsd2by1 bbcsd", "q", "m"},
    {"trexc tgexc", "ifst", "n"},
    {"trexc tgexc", "ilst", "n"},
};

/* The value that bounds, and its name; -1: it is not known. */
static int64_t bound_of(const struct cost_question *q, const char *of, const char **name)
{
    const struct cost_argument *m = find(q, "m"), *n = find(q, "n"), *side = find(q, "side"), *other = find(q, of);
    if (!strcmp(of, "min"))
        other = !m || !n ? NULL : m->value < n->value ? m : n;
    else if (!strcmp(of, "side"))
        other = side && side->value == 'R' ? n : m;
    if (!other)
        return -1;
    *name = other == m ? "m" : other == n ? "n" : of;
    return other->value;
}

static int check_bound(const struct cost_question *q, const struct bound *bound, char *error, size_t size)
{
    const struct cost_argument *a = find(q, bound->argument);
    const char *name = "";
    const int64_t most = bound_of(q, bound->of, &name);
    if (!a || !a->given || most < 0 || a->value <= most || (most == 0 && a->value == 1))
        return 0;
    snprintf(error, size, "%s: %s=%lld is not accepted; %s is at most %s=%lld", cost_name(q->routine), bound->argument,
             (long long)a->value, bound->argument, name, (long long)most);
    return -1;
}

/* Ranges: 1 <= ilo <= ihi <= n; of values where range is I. Where there is an m beside n, the larger one bounds: which of them
 * does is the routine's affair. Where range is another letter il and iu are not looked at: given ones must be those of all. */
static int check_range(const struct cost_question *q, const char *low, const char *high, char *error, size_t size)
{
    const struct cost_argument *first = find(q, low), *last = find(q, high), *range = find(q, "range");
    const struct cost_argument *m = find(q, "m"), *n = find(q, "n");
    if (!first || !last || !n)
        return 0;
    const bool of_m = m && m->value > n->value;
    const int64_t bound = of_m ? m->value : n->value;
    if (range && range->value != 'I') {
        const int64_t all = m && m->value < n->value ? m->value : n->value;
        const bool is_all = first->value == 1 && (last->value == n->value || last->value == all);
        if (is_all || (!first->given && !last->given))
            return 0;
        snprintf(error, size, "%s: %s=%lld %s=%lld is not accepted; they are of range=I, and range is %c",
                 cost_name(q->routine), low, (long long)first->value, high, (long long)last->value, (char)range->value);
        return -1;
    }
    if (!bound || (first->value >= 1 && first->value <= last->value && last->value <= bound))
        return 0;
    snprintf(error, size, "%s: %s=%lld %s=%lld is not accepted; 1 <= %s <= %s <= %s=%lld", cost_name(q->routine), low,
             (long long)first->value, high, (long long)last->value, low, high, of_m ? "m" : "n", (long long)bound);
    return -1;
}

int legal_question(const struct cost_question *q, char *error, size_t size)
{
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++)
        if (listed(bounds[i].families, cost_family(q->routine)) && check_bound(q, &bounds[i], error, size))
            return -1;
    return check_range(q, "ilo", "ihi", error, size) || check_range(q, "il", "iu", error, size) ? -1 : 0;
}
