/* What is not in the numbers, what is counted apart from them, and how sure they are. */
#include "cost.h"
#include "html_page.h"
#include "html_put.h"
#include "ledger.h"
#include "text_rows.h"
#include <inttypes.h>
#include <string.h>

#define LINES_MOST 50

static void open_item(struct out *out, const char *title)
{
    out_format(out, "<li><strong>%s</strong> ", title);
}

static void close_item(struct out *out, const char *text)
{
    out_text(out, text);
    out_text(out, "</li>\n");
}

static void put_calls_item(struct out *out, const char *title, uint64_t calls, const char *text)
{
    open_item(out, title);
    text_put_calls(out, calls);
    close_item(out, text);
}

static void put_uncovered(struct out *out, const struct summary *s)
{
    const char *line = s->uncovered + strspn(s->uncovered, "\n");
    size_t count = 0, left_out = 0;
    if (!*line)
        return;
    open_item(out, "Not covered:");
    out_text(out, "<ul>\n");
    for (; *line; line += strspn(line, "\n")) {
        struct out one = {0};
        size_t length = strcspn(line, "\n");
        out_bytes(&one, line, length);
        out_bytes(&one, "", 1);
        line += length;
        if (count++ < LINES_MOST) {
            out_text(out, "<li>");
            html_text(out, one.failed ? "" : one.data);
            out_text(out, "</li>\n");
        } else {
            left_out++;
        }
        out_free(&one);
    }
    if (left_out)
        out_format(out, "<li>and %zu more; the JSON summary names them</li>\n", left_out);
    close_item(out, "</ul>");
}

static const char *why_open(const struct summary *s)
{
    if (summary_count_running(s) || s->running)
        return "a process still runs; this is the count so far.";
    if (strcmp(s->end_reason, "unknown") == 0)
        return "the process ended without a word (killed?); this is the count up to then.";
    return "see below.";
}

static void put_incomplete(struct out *out, const struct summary *s)
{
    if (s->complete)
        return;
    open_item(out, "Not complete:");
    close_item(out, why_open(s));
    if (s->incomplete & LEDGER_NO_SPACE)
        close_item(out, "<li>There was no space for the ledger's file; counts were kept in memory.");
    if (s->incomplete & LEDGER_DROPPED)
        put_calls_item(out, "Left out:", s->dropped_calls, ", of more routines and namespaces than the ledger holds.");
    if (s->incomplete & LEDGER_AMBIGUOUS)
        close_item(out, "<li>Two providers answered for one symbol; the first one was called.");
    if (s->incomplete & LEDGER_UNCOUNTED)
        put_calls_item(out, "Left out:", s->uncounted_calls, " made before counting could start.");
    if (s->incomplete & LEDGER_UNCLOSED)
        put_calls_item(out, "Left out, at most:", s->unclosed_calls, " of threads that could not be waited for at the end.");
    if (s->incomplete & SUMMARY_SATURATED)
        close_item(out, "<li>More FLOPs than a number of 64 bits holds: 18,446,744,073,709,551,615 stands for that or more.");
    if (s->incomplete & LEDGER_DOUBTFUL)
        close_item(
            out, "<li>Numbers in the ledger do not prove each other: a process was killed as it wrote them, or it is damaged.");
}

static void put_end(struct out *out, const struct summary *s)
{
    bool is_signal = strcmp(s->end_reason, "signal") == 0;
    if (!is_signal && strcmp(s->end_reason, "exhausted") != 0)
        return;
    open_item(out, is_signal ? "Ended by signal" : "Ended because the budget was exhausted, with status");
    out_format(out, "%" PRIu32, s->end_status);
    close_item(out, "");
}

static void put_refused(struct out *out, const struct summary *s)
{
    if (!s->refused_calls)
        return;
    open_item(out, "Refused:");
    text_put_calls(out, s->refused_calls);
    out_text(out, ", the last one ");
    html_text(out, s->refused_operation);
    out_text(out, " for ");
    out_grouped(out, s->refused_cost);
    out_text(out, " FLOPs when ");
    out_grouped(out, s->refused_remaining);
    close_item(out, " remained. They were not made, and are not counted.");
}

static void put_sure(struct out *out, const struct summary *s, enum cost_class class, const char *title, const char *text)
{
    if (!s->accuracy_flops[class])
        return;
    open_item(out, title);
    out_percent(out, s->accuracy_flops[class], s->flops_used);
    out_text(out, "% of the FLOPs (");
    out_grouped(out, s->accuracy_flops[class]);
    close_item(out, text);
}

void html_put_gaps(struct html_page *page)
{
    const struct summary *s = page->s;
    struct out *out = page->out;
    out_text(out, "<ul>\n");
    put_incomplete(out, s);
    put_end(out, s);
    put_uncovered(out, s);
    put_refused(out, s);
    put_sure(out, s, COST_ESTIMATE,
             "Estimated:", "): their work depends on the data, such as steps until something converges.");
    put_sure(out, s, COST_LEADING, "Leading terms:", "): smaller terms of their formulas are left out.");
    if (s->nested_calls)
        put_calls_item(out, "Nested:", s->nested_calls,
                       " that counted calls made inside themselves; their work is in the outer call's.");
    if (s->queries)
        put_calls_item(out, "Workspace queries:", s->queries, " that only asked for a size and computed nothing.");
    if (page->is_merge)
        close_item(out,
                   "<li>Callers, nested calls, workspace queries and budgets of single processes are in their own summaries.");
    if (page->limits.shapes != HTML_ALL_SHAPES)
        close_item(
            out,
            "<li><strong>Added up:</strong> to keep this file below 2&nbsp;MB, only the largest shapes of each routine are "
            "listed here, the others are joined. The JSON summary has all.");
    if (!page->limits.has_data && !page->is_merge)
        close_item(out, "<li><strong>No exports:</strong> the summary is too large to be carried in this file.");
    close_item(
        out, "<li>Arithmetic that a program does in its own loops, on a GPU, or in an engine that is not BLAS, LAPACK, FFTW or "
             "oneDNN behind the usual names is not counted.");
    out_text(out, "</ul>\n");
}
