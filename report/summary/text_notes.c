/* The sections of the text summary that are only there where they have something to say: refused and nested calls, workspace
 * queries, how sure the counts are, what could not be seen, how the process ended. */
#include "text_notes.h"
#include "cost.h"
#include "ledger.h"
#include "order.h"
#include "precisions.h"
#include "text_callers.h"
#include "text_rows.h"
#include "text_moved.h"
#include "text_shapes.h"
#include "text_times.h"
#include <string.h>

#define APART_ROWS 8 /* a driver of LAPACK calls sixty routines; the JSON summary has them all */

/* An empty table alone leaves open whether nothing was done or nothing was seen. */
static void put_nothing_seen(struct out *out, const struct summary *s)
{
    if (s->refused_calls || s->nested_calls || s->queries || s->dropped_calls || s->uncounted_calls)
        return;
    for (size_t i = 0; i < s->operation_count; i++)
        if (s->operations[i].calls)
            return;
    text_put_heading(out, "No BLAS call was seen: nothing was computed through BLAS, or it was out of sight\n"
                          "  (NOT SEEN in `man flopshim`)\n");
}

/* What is counted apart from calls. */
struct apart {
    const char *heading;
    const char *note;
    uint64_t (*number)(const struct summary_operation *);
};

static uint64_t nested_of(const struct summary_operation *operation)
{
    return operation->nested_calls;
}

static uint64_t queries_of(const struct summary_operation *operation)
{
    return operation->queries;
}

/* By name on a tie: what was never called by itself has no place among first uses in a JSON summary. */
static int by_number(const void *left, const void *right, const void *context)
{
    const struct summary_operation *a = *(const void *const *)left;
    const struct summary_operation *b = *(const void *const *)right;
    const struct apart *apart = context;
    int order = text_descending(apart->number(a), apart->number(b));
    return order ? order : strcmp(a->name, b->name);
}

static void put_late(struct out *out, const struct summary *s)
{
    out_text(out, " came when ");
    out_decimal(out, s->refused_elapsed_ns / 1000000, 3);
    out_text(out, " s had passed of a time limit of ");
    out_decimal(out, s->refused_limit_ns / 1000000, 3);
    out_text(out, " s");
}

static void put_refused(struct out *out, const struct summary *s)
{
    if (!s->refused_calls)
        return;
    text_put_heading(out, "Refused calls:");
    text_put_number(out, s->refused_calls, TEXT_TOTAL_WIDTH + 1);
    out_text(out, "\n    last: ");
    text_put_name(out, s->refused_operation);
    if (s->refused_limit_ns) {
        put_late(out, s);
    } else {
        out_text(out, " would cost ");
        out_grouped(out, s->refused_cost);
        out_text(out, s->refused_cost == SUMMARY_MOST_FLOPS ? " FLOPs or more and " : " FLOPs but only ");
        out_grouped(out, s->refused_remaining);
        out_text(out, " remained");
    }
    if (*s->refused_namespace) {
        out_text(out, " [");
        text_put_name(out, s->refused_namespace);
        out_text(out, "]");
    }
    out_text(out, "\n");
}

static void put_apart_rows(struct out *out, struct text_ranking *ranking, const struct text_columns *columns,
                           const struct apart *apart)
{
    order_sort(ranking->rows, ranking->count, sizeof *ranking->rows, by_number, apart);
    size_t shown = ranking->count > APART_ROWS ? APART_ROWS : ranking->count;
    for (size_t i = 0; i < shown; i++) {
        const struct summary_operation *operation = ranking->rows[i];
        text_put_row_name(out, operation->name, columns);
        text_put_number(out, apart->number(operation), columns->number);
        out_text(out, "\n");
    }
    if (shown < ranking->count) {
        out_text(out, "    and ");
        out_grouped(out, ranking->count - shown);
        out_text(out, " routines more\n");
    }
}

static void put_apart(struct out *out, const struct summary *s, uint64_t total, const struct apart *apart)
{
    struct text_ranking ranking;
    struct text_columns columns = {TEXT_NAME_WIDTH, TEXT_NUMBER_WIDTH};
    if (!total)
        return;
    if (!text_ranking_open(&ranking, s->operation_count)) {
        out->failed = true;
        return;
    }
    for (size_t i = 0; i < s->operation_count; i++) {
        const struct summary_operation *operation = &s->operations[i];
        if (!apart->number(operation))
            continue;
        ranking.rows[ranking.count++] = operation;
        columns.name = text_larger(columns.name, text_width(operation->name));
        columns.number = text_larger(columns.number, text_grouped_width(apart->number(operation)));
    }
    text_put_heading(out, apart->heading);
    text_put_number(out, total, TEXT_LABEL_WIDTH + TEXT_TOTAL_WIDTH - strlen("  ") - strlen(apart->heading));
    out_text(out, apart->note);
    put_apart_rows(out, &ranking, &columns, apart);
    text_ranking_close(&ranking);
}

/* Real and complex data of one precision are one, and what has none is none. */
static bool are_several(const struct summary_use uses[COST_PRECISIONS])
{
    bool single = uses[COST_SINGLE].flops_used || uses[COST_SINGLE_COMPLEX].flops_used;
    bool twice = uses[COST_DOUBLE].flops_used || uses[COST_DOUBLE_COMPLEX].flops_used;
    return single + twice + (uses[COST_HALF].flops_used != 0) > 1;
}

static void put_precisions(struct out *out, const struct summary *s)
{
    static const char *const names[] = {"half", "single", "single complex", "double", "double complex", "other"};
    struct text_columns columns = {TEXT_NAME_WIDTH, TEXT_NUMBER_WIDTH};
    struct summary_use uses[COST_PRECISIONS];
    precisions_add_up(s, uses);
    if (!are_several(uses))
        return;
    for (int i = 0; i < COST_PRECISIONS; i++)
        columns.number = text_larger(columns.number, text_grouped_width(uses[i].flops_used));
    text_put_heading(out, "By precision:\n");
    for (int i = 0; i < COST_PRECISIONS; i++) {
        if (!uses[i].flops_used)
            continue;
        text_put_row_name(out, names[i], &columns);
        text_put_number(out, uses[i].flops_used, columns.number);
        text_put_share(out, uses[i].flops_used, s->flops_used);
        out_text(out, "  [");
        text_put_calls(out, uses[i].calls);
        out_text(out, "]\n");
    }
}

static void put_accuracy(struct out *out, const struct summary *s)
{
    static const char *const names[] = {"exact", "leading order", "estimate"};
    struct text_columns columns = {TEXT_NAME_WIDTH, TEXT_NUMBER_WIDTH};
    if (!s->accuracy_flops[COST_LEADING] && !s->accuracy_flops[COST_ESTIMATE])
        return;
    text_put_heading(out, "Accuracy:\n");
    for (int class = COST_EXACT; class <= COST_ESTIMATE; class ++)
        columns.number = text_larger(columns.number, text_grouped_width(s->accuracy_flops[class]));
    for (int class = COST_EXACT; class <= COST_ESTIMATE; class ++) {
        if (!s->accuracy_flops[class])
            continue;
        text_put_row_name(out, names[class], &columns);
        text_put_number(out, s->accuracy_flops[class], columns.number);
        text_put_share(out, s->accuracy_flops[class], s->flops_used);
        out_text(out, "\n");
    }
}

/* Said because the same program counted otherwise has other totals. */
static void put_counting(struct out *out, const struct summary *s)
{
    bool is_one = strcmp(s->multiplier, "1") == 0, is_weighted = s->weights && *s->weights;
    bool fma = strcmp(s->convention, "fma") == 0;
    if (is_one && !fma && !is_weighted)
        return;
    text_put_heading(out, "Counted with:\n");
    if (!is_one) {
        out_text(out, "    multiplier ");
        out_text(out, s->multiplier);
        out_text(out, " (each call's cost times this, truncated)\n");
    }
    if (is_weighted) {
        out_text(out, "    weights ");
        text_put_name(out, s->weights);
        out_text(out, " (what a FLOP counts, by routine, family or precision)\n");
    }
    if (fma)
        out_text(out, "    convention fma (a multiply-add pair is 1 FLOP)\n");
}

static void put_uncovered(struct out *out, const struct summary *s)
{
    const char *line = s->uncovered + strspn(s->uncovered, "\n");
    if (!*line)
        return;
    text_put_heading(out, "Not covered:\n");
    while (*line) {
        size_t length = strcspn(line, "\n");
        out_text(out, "    ");
        text_put_line(out, line, length);
        out_text(out, "\n");
        line += length;
        line += strspn(line, "\n");
    }
}

static void put_number_line(struct out *out, uint64_t calls, const char *text)
{
    out_text(out, "    ");
    text_put_calls(out, calls);
    out_text(out, text);
}

static void put_end(struct out *out, const struct summary *s)
{
    bool killed = strcmp(s->end_reason, "signal") == 0;
    if (killed || strcmp(s->end_reason, "exhausted") == 0) {
        text_put_heading(out, killed                ? "Ended by signal "
                              : s->refused_limit_ns ? "Ended because its time was over, with status "
                                                    : "Ended because the budget was exhausted, with status ");
        out_number(out, s->end_status);
        out_text(out, "\n");
    }
}

static void put_running(struct out *out, size_t running)
{
    if (!running)
        return;
    out_text(out, "    ");
    out_grouped(out, running);
    out_text(out, running == 1 ? " process still runs; this is the count so far\n"
                               : " processes still run; this is the count so far\n");
}

static void put_incomplete(struct out *out, const struct summary *s)
{
    if (s->complete)
        return;
    text_put_heading(out, "Incomplete:\n");
    if (s->is_tree)
        put_running(out, summary_count_running(s));
    else if (s->running)
        out_text(out, "    the process is still running; this is its count so far\n");
    if (!s->running && strcmp(s->end_reason, "unknown") == 0)
        out_text(out, "    the process ended without a word (killed?); this is its count up to then\n");
    if (s->incomplete & LEDGER_NO_SPACE)
        out_text(out, "    there was no space for the ledger's file; counts were kept in memory\n");
    if (s->incomplete & LEDGER_DROPPED)
        put_number_line(out, s->dropped_calls, " left out: more routines and namespaces than the ledger holds\n");
    if (s->incomplete & LEDGER_AMBIGUOUS)
        out_text(out, "    two providers answered for one symbol; the first one was called\n");
    if (s->incomplete & LEDGER_UNCOUNTED)
        put_number_line(out, s->uncounted_calls, " left out: made before counting could start\n");
    if (s->incomplete & LEDGER_UNCLOSED)
        put_number_line(out, s->unclosed_calls, " at most left out: of threads that could not be waited for at the end\n");
    if (s->incomplete & SUMMARY_SATURATED)
        out_text(out, "    calls that cost 2^64 FLOPs or more: 18,446,744,073,709,551,615 stands for the price of each\n");
    if (s->incomplete & LEDGER_DOUBTFUL)
        out_text(
            out,
            "    numbers in the ledger do not prove each other: a process was killed as it wrote them, or it is damaged\n");
}

void text_notes(const struct summary *summary, struct out *out)
{
    static const struct apart nested = {"Nested calls:", "  (forwarded, not charged)\n", nested_of};
    static const struct apart queries = {"Workspace queries:", "  (no calls, not charged)\n", queries_of};
    put_nothing_seen(out, summary);
    text_times(summary, out);
    text_shapes(summary, out);
    text_moved(summary, out);
    text_callers(summary, out);
    text_log(summary, out);
    put_refused(out, summary);
    put_apart(out, summary, summary->nested_calls, &nested);
    put_apart(out, summary, summary->queries, &queries);
    put_precisions(out, summary);
    put_accuracy(out, summary);
    put_counting(out, summary);
    put_uncovered(out, summary);
    put_end(out, summary);
    put_incomplete(out, summary);
}
