/* A difference as tables for people: the totals, then what changed, the largest change first; times apart, as they are noise
 * beside counts; and below it what makes the comparison doubtful. */
#include "diff_rules.h"
#include "path.h"
#include "text_rows.h"
#include <string.h>

#define TITLE "flopshim FLOP Difference"

enum { NUMBER = 16, SHOWN_ROWS = 40, SHOWN_TIMES = 10 };

/* A section: its rows have a name column of one width. */
struct section {
    const char *heading;
    const struct diff_table *table;
    bool with_namespaces; /* behind the routine */
    size_t width;
    size_t changed, same;
};

static void put_right(struct out *out, const char *text)
{
    size_t width = strlen(text);
    text_put_blanks(out, width < NUMBER ? NUMBER - width : 0);
    out_text(out, text);
}

static void put_change(struct out *out, wide before, wide after)
{
    wide change = diff_distance(before, after);
    size_t width = text_grouped_width(change) + (change != 0);
    text_put_blanks(out, width < NUMBER ? NUMBER - width : 0);
    out_text(out, !change ? "" : after > before ? "+" : "-");
    out_grouped(out, change);
    if (change && before) {
        out_text(out, "  (");
        diff_put_percent(before, after, out);
        out_text(out, ")");
    }
}

static void put_numbers(struct out *out, wide before, wide after)
{
    text_put_number(out, before, NUMBER);
    text_put_number(out, after, NUMBER);
    put_change(out, before, after);
}

static void put_name(const struct section *section, const struct diff_row *row, struct out *out)
{
    struct diff_row shown = *row;
    if (row->routine && !section->with_namespaces)
        shown.name_space = NULL;
    diff_put_name(&shown, out);
    if (row->shape && *row->shape) {
        out_text(out, "  ");
        text_put_name(out, row->shape);
    }
}

static size_t name_width(const struct section *section, const struct diff_row *row)
{
    struct out out = {0};
    put_name(section, row, &out);
    out_bytes(&out, "", 1);
    size_t width = out.failed ? 0 : text_width(out.data);
    out_free(&out);
    return width;
}

static void put_remarks(struct out *out, const struct diff_row *row)
{
    enum diff_status status = diff_status(row);
    out_text(out, "  [");
    if (row->a.calls != row->b.calls) {
        out_grouped(out, row->a.calls);
        out_text(out, " -> ");
    }
    text_put_calls(out, row->b.calls);
    out_text(out, status == DIFF_NEW ? "]  new" : status == DIFF_GONE ? "]  gone" : "]");
    if (diff_is_uncertain(row)) {
        out_text(out, "  (not every shape was kept: give or take ");
        out_grouped(out, row->a.error_flops + row->b.error_flops);
        out_text(out, " FLOPs)");
    }
}

static void measure(struct section *section)
{
    section->width = text_larger(TEXT_NAME_WIDTH, strlen(section->heading) - strlen("   "));
    for (size_t i = 0; i < section->table->count; i++) {
        const struct diff_row *row = &section->table->rows[i];
        if (diff_status(row) == DIFF_SAME)
            section->same++;
        else if (section->changed++ < SHOWN_ROWS)
            section->width = text_larger(section->width, name_width(section, row));
    }
}

static void put_heading(struct out *out, const char *heading, size_t width)
{
    size_t start = out->length + 1; /* behind the line feed */
    text_put_heading(out, heading);
    out_pad(out, start, width + strlen("     "));
    put_right(out, "A");
    put_right(out, "B");
    put_right(out, "change");
    out_text(out, "\n");
}

static void put_count(struct out *out, size_t count, const char *what)
{
    if (!count)
        return;
    out_text(out, "    (");
    out_grouped(out, count);
    out_text(out, what);
    out_text(out, ")\n");
}

/* Sections without a change are left out. */
static void put_section(struct out *out, struct section section)
{
    size_t put = 0;
    measure(&section);
    if (!section.changed)
        return;
    put_heading(out, section.heading, section.width);
    for (size_t i = 0; i < section.table->count && put < SHOWN_ROWS; i++) {
        const struct diff_row *row = &section.table->rows[i];
        if (diff_status(row) == DIFF_SAME)
            continue;
        size_t width = name_width(&section, row);
        out_text(out, "    ");
        put_name(&section, row, out);
        text_put_blanks(out, section.width - (width < section.width ? width : section.width) + 1);
        put_numbers(out, row->a.flop_cost, row->b.flop_cost);
        put_remarks(out, row);
        out_text(out, "\n");
        put++;
    }
    put_count(out, section.changed - put, " more changed: --format json has all");
    put_count(out, section.same, " the same");
}

static void put_seconds(struct out *out, uint64_t elapsed_ns)
{
    struct out text = {0};
    out_decimal(&text, elapsed_ns / 1000, 6);
    text_put_blanks(out, text.length + 2 < NUMBER ? NUMBER - 2 - text.length : 0);
    out_bytes(out, text.data, text.length);
    out_text(out, " s");
    out_free(&text);
}

static void put_rate(struct out *out, const struct diff_side *side)
{
    if (side->elapsed_ns)
        out_decimal(out, side->timed_flops * 100 / side->elapsed_ns, 2);
    else
        out_text(out, "?");
}

static void put_times(struct out *out, const struct diff *diff)
{
    const struct diff_table *table = &diff->views[DIFF_ROUTINES];
    struct section section = {.table = table};
    size_t put = 0;
    if (!diff->total.a.elapsed_ns && !diff->total.b.elapsed_ns)
        return;
    text_put_heading(out, "Time of the calls that were timed (it differs from run to run, and no rule judges it):\n");
    for (size_t i = 0; i < table->count && put < SHOWN_TIMES; i++) {
        const struct diff_row *row = &table->rows[i];
        if (!row->a.elapsed_ns && !row->b.elapsed_ns)
            continue;
        size_t width = name_width(&section, row);
        out_text(out, "    ");
        put_name(&section, row, out);
        text_put_blanks(out, width < TEXT_NAME_WIDTH ? TEXT_NAME_WIDTH + 1 - width : 1);
        put_seconds(out, row->a.elapsed_ns);
        put_seconds(out, row->b.elapsed_ns);
        out_text(out, "  [");
        put_rate(out, &row->a);
        out_text(out, " -> ");
        put_rate(out, &row->b);
        out_text(out, " GFLOP/s]\n");
        put++;
    }
}

/* Each line of `lines` below a heading that says what it means. */
static void put_lines(struct out *out, const char *heading, const struct out *lines)
{
    if (!lines->length)
        return;
    text_put_heading(out, heading);
    for (size_t i = 0; i < lines->length;) {
        const char *line = lines->data + i, *end = memchr(line, '\n', lines->length - i);
        size_t length = end ? (size_t)(end - line) : lines->length - i;
        out_text(out, "    ");
        out_bytes(out, line, length);
        out_text(out, "\n");
        i += length + 1;
    }
}

static void put_uncovered(struct out *out, const struct diff *diff)
{
    const struct summary *const sides[] = {diff->a, diff->b};
    for (int i = 0; i < 2; i++) {
        struct out lines = {0};
        if (strcmp(diff->a->uncovered, diff->b->uncovered) != 0)
            out_text(&lines, sides[i]->uncovered);
        put_lines(out, i ? "Not covered in B:\n" : "Not covered in A:\n", &lines);
        out->failed |= lines.failed;
        out_free(&lines);
    }
}

static void put_notes(struct out *out, const struct diff *diff, const struct diff_verdicts *verdicts)
{
    put_lines(out, "Not counted alike, so that the numbers do not compare:\n", &verdicts->doubts);
    put_lines(out, "Incomplete:\n", &verdicts->missing);
    put_uncovered(out, diff);
    if (strcmp(diff->a->uncovered, diff->b->uncovered) == 0 && *diff->a->uncovered)
        text_put_heading(out, "Not covered: the same in both; `flopshim report` names it\n");
    if (diff->a->is_tree != diff->b->is_tree)
        text_put_heading(out, diff->a->is_tree ? "A is of a tree of processes, B of one process\n"
                                               : "A is of one process, B of a tree of processes\n");
    bool shaped = summary_has_shapes(diff->a);
    if (shaped != summary_has_shapes(diff->b) && diff->a->calls && diff->b->calls) {
        text_put_heading(out, shaped ? "Shapes are in A only" : "Shapes are in B only");
        out_text(out, ": they were not compared (FLOP_DETAIL=shapes)\n");
    }
}

static void put_file(struct out *out, const char *label, const char *name, const struct summary *s)
{
    out_text(out, label);
    text_put_name(out, name);
    out_text(out, "  (");
    text_put_name(out, *s->program ? path_base(s->program) : "unknown program");
    out_text(out, ", pid ");
    out_number(out, s->pid);
    out_text(out, ")\n");
}

static void put_head(struct out *out, const struct diff *diff, const char *const names[2])
{
    out_text(out, TITLE "\n");
    for (size_t i = 0; i < strlen(TITLE); i++)
        out_text(out, "=");
    out_text(out, "\n");
    put_file(out, "  A: ", names[0], diff->a);
    put_file(out, "  B: ", names[1], diff->b);
    put_heading(out, "In all:", TEXT_NAME_WIDTH);
    out_text(out, "    FLOPs            ");
    put_numbers(out, diff->total.a.flop_cost, diff->total.b.flop_cost);
    out_text(out, "\n    Calls            ");
    put_numbers(out, diff->total.a.calls, diff->total.b.calls);
    out_text(out, "\n");
}

static bool is_labelled(const struct diff *diff)
{
    const struct diff_table *table = &diff->views[DIFF_NAMESPACES];
    for (size_t i = 0; i < table->count; i++)
        if (*table->rows[i].name_space)
            return true;
    return false;
}

void diff_text(const struct diff *diff, const char *const names[2], const struct diff_verdicts *verdicts, struct out *out)
{
    bool labelled = is_labelled(diff);
    put_head(out, diff, names);
    size_t length = out->length;
    put_section(out, (struct section){.heading = "By routine:", .table = &diff->views[DIFF_ROUTINES]});
    if (labelled) {
        put_section(out, (struct section){.heading = "By namespace (self):", .table = &diff->views[DIFF_NAMESPACES]});
        put_section(out, (struct section){.heading = "By namespace and routine:",
                                          .table = &diff->views[DIFF_NAMESPACE_ROUTINES],
                                          .with_namespaces = true});
    }
    put_section(out, (struct section){.heading = "By shape:", .table = &diff->views[DIFF_SHAPES], .with_namespaces = labelled});
    if (out->length == length)
        text_put_heading(out, "No difference: the FLOPs and calls of every routine are the same\n");
    put_times(out, diff);
    put_notes(out, diff, verdicts);
}
