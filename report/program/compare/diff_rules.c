/* Judges a difference by the rules that were given. What cannot be judged is said: a rule passes only where both summaries are
 * whole and count alike. */
#include "diff_rules.h"
#include "text_rows.h"
#include <stdlib.h>
#include <string.h>

#define DECIMALS 4              /* of a per cent, so that limits are whole millionths */
#define MOST_PERCENT 1000000000 /* of which the millionths fit */

static const struct {
    const char *word;
    unsigned scopes;
} scopes[] = {
    {"total:", 1U << DIFF_OF_TOTAL},
    {"routine:", 1U << DIFF_OF_ROUTINES},
    {"namespace:", 1U << DIFF_OF_NAMESPACES},
    {"", 1U << DIFF_OF_TOTAL | 1U << DIFF_OF_ROUTINES},
};

/* D, D.D or .D with or without a per cent sign, in millionths. */
static bool read_percent(const char *text, uint64_t *limit)
{
    static const char digits[] = "0123456789";
    size_t whole = strspn(text, digits);
    const char *point = text + whole, *decimals = point + (*point == '.');
    size_t places = *point == '.' ? strspn(decimals, digits) : 0;
    const char *end = decimals + places;
    if (whole > 10 || places > DECIMALS || (!whole && !places) || strcmp(end + (*end == '%'), "") != 0)
        return false;
    uint64_t value = 0;
    for (size_t i = 0; i < whole; i++)
        value = value * 10 + (uint64_t)(text[i] - '0');
    if (value > MOST_PERCENT)
        return false;
    for (size_t i = 0; i < DECIMALS; i++)
        value = value * 10 + (uint64_t)(i < places ? decimals[i] - '0' : 0);
    *limit = value;
    return true;
}

bool diff_rules_take_limit(struct diff_rules *rules, const char *text)
{
    size_t i = 0;
    while (strncmp(text, scopes[i].word, strlen(scopes[i].word)) != 0)
        i++;
    uint64_t limit;
    if (!read_percent(text + strlen(scopes[i].word), &limit))
        return false;
    for (unsigned scope = 0; scope < DIFF_SCOPES; scope++)
        if (scopes[i].scopes & 1U << scope) {
            rules->above[scope] = text;
            rules->limits[scope] = limit;
        }
    return true;
}

bool diff_rules_take_event(struct diff_rules *rules, const char *text)
{
    bool *const events[] = {&rules->on_new_routine, &rules->on_gone_routine, &rules->on_change};
    static const char *const words[] = {"new-routine", "gone-routine", "change"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i]) == 0)
            return *events[i] = true;
    return false;
}

bool diff_rules_any(const struct diff_rules *rules)
{
    return rules->above[DIFF_OF_TOTAL] || rules->above[DIFF_OF_ROUTINES] || rules->above[DIFF_OF_NAMESPACES] ||
           rules->on_new_routine || rules->on_gone_routine || rules->on_change;
}

static void add(struct diff_verdicts *verdicts, const char *rule, const char *value, const struct diff_row *row)
{
    verdicts->list[verdicts->count++] = (struct diff_verdict){rule, value, row};
}

/* A routine that is new has grown from nothing: that is for new-routine to say, and for the total. */
static void judge_growth(const struct diff_row *rows, size_t count, const struct diff_rules *rules, enum diff_scope scope,
                         struct diff_verdicts *verdicts)
{
    for (size_t i = 0; rules->above[scope] && i < count; i++)
        if (rows[i].a.present && diff_grew_above(rows[i].a.flop_cost, rows[i].b.flop_cost, rules->limits[scope]))
            add(verdicts, "fail-above", rules->above[scope], &rows[i]);
}

static void judge_events(const struct diff_table *routines, const struct diff_rules *rules, struct diff_verdicts *verdicts)
{
    for (size_t i = 0; i < routines->count; i++) {
        const struct diff_row *row = &routines->rows[i];
        enum diff_status status = diff_status(row);
        if (status == DIFF_NEW && rules->on_new_routine)
            add(verdicts, "fail-on", "new-routine", row);
        else if (status == DIFF_GONE && rules->on_gone_routine)
            add(verdicts, "fail-on", "gone-routine", row);
        else if (status != DIFF_SAME && rules->on_change)
            add(verdicts, "fail-on", "change", row);
    }
}

static bool is_same(const struct diff_table *routines, const char *routine)
{
    for (size_t i = 0; i < routines->count; i++)
        if (strcmp(routines->rows[i].routine, routine) == 0)
            return diff_status(&routines->rows[i]) == DIFF_SAME;
    return false;
}

/* What only moved to another namespace has changed as well. */
static void judge_moves(const struct diff *diff, const struct diff_rules *rules, struct diff_verdicts *verdicts)
{
    const struct diff_table *table = &diff->views[DIFF_NAMESPACE_ROUTINES];
    for (size_t i = 0; rules->on_change && i < table->count; i++)
        if (diff_status(&table->rows[i]) != DIFF_SAME && is_same(&diff->views[DIFF_ROUTINES], table->rows[i].routine))
            add(verdicts, "fail-on", "change", &table->rows[i]);
}

static void compare_terms(const char *what, const char *a, const char *b, struct out *out)
{
    if (strcmp(a, b) == 0)
        return;
    out_text(out, what);
    out_text(out, " ");
    text_put_name(out, *a ? a : "unknown");
    out_text(out, " in A, ");
    text_put_name(out, *b ? b : "unknown");
    out_text(out, " in B\n");
}

static void put_reason(struct out *out, bool holds, const char *reason, const char **comma)
{
    if (!holds)
        return;
    out_text(out, *comma);
    out_text(out, reason);
    *comma = ", ";
}

static void say_missing(const struct summary *s, const char *side, const char *name, struct out *out)
{
    const char *comma = ": ";
    bool runs = s->running || summary_count_running(s);
    if (s->complete)
        return;
    out_text(out, side);
    out_text(out, " (");
    text_put_name(out, name);
    out_text(out, ") is not complete");
    for (unsigned bit = 0; bit < SUMMARY_INCOMPLETE_NAMES; bit++)
        put_reason(out, s->incomplete >> bit & 1, summary_incomplete_names[bit], &comma);
    put_reason(out, runs, "still running", &comma);
    put_reason(out, !runs && strcmp(s->end_reason, "unknown") == 0, "it was killed, or its end is not known", &comma);
    out_text(out, "\n");
}

int diff_judge(const struct diff *diff, const char *const names[2], const struct diff_rules *rules,
               struct diff_verdicts *verdicts)
{
    size_t most = 1;
    for (int view = 0; view < DIFF_VIEWS; view++)
        most += 2 * diff->views[view].count;
    *verdicts = (struct diff_verdicts){.list = calloc(most, sizeof *verdicts->list)};
    if (!verdicts->list)
        return -1;
    const struct summary *a = diff->a, *b = diff->b;
    const struct diff_table *routines = &diff->views[DIFF_ROUTINES], *namespaces = &diff->views[DIFF_NAMESPACES];
    judge_growth(&diff->total, 1, rules, DIFF_OF_TOTAL, verdicts);
    judge_growth(routines->rows, routines->count, rules, DIFF_OF_ROUTINES, verdicts);
    judge_growth(namespaces->rows, namespaces->count, rules, DIFF_OF_NAMESPACES, verdicts);
    judge_events(routines, rules, verdicts);
    judge_moves(diff, rules, verdicts);
    compare_terms("convention", a->convention, b->convention, &verdicts->doubts);
    compare_terms("multiplier", a->multiplier, b->multiplier, &verdicts->doubts);
    compare_terms("cost model", a->cost_model, b->cost_model, &verdicts->doubts);
    say_missing(a, "A", names[0], &verdicts->missing);
    say_missing(b, "B", names[1], &verdicts->missing);
    return verdicts->doubts.failed || verdicts->missing.failed ? -1 : 0;
}

void diff_verdicts_free(struct diff_verdicts *verdicts)
{
    free(verdicts->list);
    out_free(&verdicts->doubts);
    out_free(&verdicts->missing);
    *verdicts = (struct diff_verdicts){0};
}

void diff_put_name(const struct diff_row *row, struct out *out)
{
    if (row->routine)
        text_put_name(out, row->routine);
    if (row->name_space) {
        out_text(out, row->routine ? " in " : "");
        text_put_name(out, *row->name_space ? row->name_space : "(unlabelled)");
    }
    out_text(out, !row->routine && !row->name_space ? "the total" : "");
}

void diff_put_percent(wide before, wide after, struct out *out)
{
    wide change = diff_distance(before, after);
    if (!change)
        return;
    out_text(out, after > before ? "+" : "-");
    if (!before) {
        out_text(out, "inf%");
        return;
    }
    /* What rounds to 0.0 is no 0 */
    bool is_small = change * 2000 < before;
    out_text(out, is_small ? "<0.1" : "");
    if (!is_small)
        out_percent(out, change, before);
    out_text(out, "%");
}

static void put_use(const struct diff_side *side, struct out *out)
{
    out_grouped(out, side->flop_cost);
    out_text(out, side->flop_cost == 1 ? " FLOP in " : " FLOPs in ");
    text_put_calls(out, side->calls);
}

void diff_put_verdict(const struct diff_verdict *verdict, struct out *out)
{
    const struct diff_row *row = verdict->row;
    enum diff_status status = diff_status(row);
    out_text(out, "--");
    out_text(out, verdict->rule);
    out_text(out, " ");
    text_put_name(out, verdict->value);
    out_text(out, ": ");
    diff_put_name(row, out);
    if (status == DIFF_NEW || status == DIFF_GONE) {
        out_text(out, status == DIFF_NEW ? " is new: " : " is gone: ");
        put_use(status == DIFF_NEW ? &row->b : &row->a, out);
        return;
    }
    out_text(out, " changed");
    if (row->a.flop_cost != row->b.flop_cost) {
        out_text(out, " by ");
        diff_put_percent(row->a.flop_cost, row->b.flop_cost, out);
    }
    out_text(out, ", from ");
    put_use(&row->a, out);
    out_text(out, " to ");
    put_use(&row->b, out);
}
