/* Rules that a difference can break: limits of growth, and what must not appear, go or change. */
#pragma once
#include "diff.h"

enum diff_scope { DIFF_OF_TOTAL, DIFF_OF_ROUTINES, DIFF_OF_NAMESPACES, DIFF_SCOPES };

struct diff_rules {
    const char *above[DIFF_SCOPES]; /* the limit as it was given (1%); NULL: none */
    uint64_t limits[DIFF_SCOPES];   /* in millionths */
    bool on_new_routine, on_gone_routine, on_change;
};

/* A rule that a row broke. */
struct diff_verdict {
    const char *rule; /* fail-above or fail-on */
    const char *value;
    const struct diff_row *row;
};

struct diff_verdicts {
    struct diff_verdict *list;
    size_t count;
    struct out doubts;  /* a line each: why the counts do not mean the same in both, so that no rule can be judged */
    struct out missing; /* a line each: why a rule that did not break may have been broken nevertheless */
};

/* Reads [total:|routine:|namespace:]PCT[%], where PCT has at most four decimals, into the rules; without a word the limit is
 * for the total and for each routine. False: it is none. */
bool diff_rules_take_limit(struct diff_rules *rules, const char *text);
/* Reads new-routine, gone-routine or change. */
bool diff_rules_take_event(struct diff_rules *rules, const char *text);
bool diff_rules_any(const struct diff_rules *rules);

/* 0, or -1 where memory ran out. */
int diff_judge(const struct diff *diff, const char *const names[2], const struct diff_rules *rules,
               struct diff_verdicts *verdicts);
void diff_verdicts_free(struct diff_verdicts *verdicts);

/* Writers. names: of the two files. */
void diff_text(const struct diff *diff, const char *const names[2], const struct diff_verdicts *verdicts, struct out *out);
void diff_json(const struct diff *diff, const char *const names[2], const struct diff_verdicts *verdicts, struct out *out);

/* "--fail-above 1%: dgemm changed by +20.0%, from 1,000 FLOPs in 1 call to 1,200 FLOPs in 1 call", without a line feed. */
void diff_put_verdict(const struct diff_verdict *verdict, struct out *out);
/* What a row is of, and by how many per cent its FLOPs changed (with a sign; blank: they did not). */
void diff_put_name(const struct diff_row *row, struct out *out);
void diff_put_percent(wide before, wide after, struct out *out);
