/* A difference as JSON: a row a line, integers exact. The keys are those of report/README.md. */
#include "diff_rules.h"
#include "row_json.h"
#include <string.h>

#define DIFF_SCHEMA 1

static void put_bool(struct out *out, const char *key, bool value)
{
    out_text(out, key);
    out_text(out, value ? "true" : "false");
}

/* b - a */
static void put_change(struct out *out, const char *key, wide a, wide b)
{
    out_text(out, key);
    out_text(out, b < a ? "-" : "");
    out_number(out, diff_distance(a, b));
}

/* With four decimals, towards zero; null where it grew from nothing. */
static void put_percent(struct out *out, const char *key, wide a, wide b)
{
    wide units = a ? diff_distance(a, b) * 1000000 / a : 0;
    out_text(out, key);
    if (!a && b) {
        out_text(out, "null");
        return;
    }
    out_text(out, b < a && units ? "-" : "");
    out_decimal(out, units, 4);
}

static void put_side(struct out *out, const char *key, const struct diff_row *row, const struct diff_side *side)
{
    out_text(out, key);
    if (!side->present && !(row->shape && side->error_calls)) {
        out_text(out, "null");
        return;
    }
    row_number(out, "{\"flop_cost\": ", side->flop_cost);
    row_number(out, ", \"calls\": ", side->calls);
    if (row->shape) {
        row_number(out, ", \"flop_cost_error\": ", side->error_flops);
        row_number(out, ", \"calls_error\": ", side->error_calls);
    } else {
        out_text(out, ", \"seconds\": ");
        out_decimal(out, side->elapsed_ns, 9);
        row_number(out, ", \"timed_flops\": ", side->timed_flops);
    }
    out_text(out, "}");
}

static void put_row(struct out *out, const struct diff_row *row)
{
    out_text(out, "{");
    if (row->name_space) {
        row_text(out, "\"namespace\": ", row->name_space);
        out_text(out, ", ");
    }
    if (row->routine) {
        row_text(out, "\"routine\": ", row->routine);
        out_text(out, ", ");
    }
    if (row->shape) {
        out_text(out, "\"shape\": ");
        if (row->shape == diff_other_shapes)
            out_text(out, "null");
        else
            out_quoted(out, row->shape, strlen(row->shape));
        out_text(out, ", ");
    }
    row_text(out, "\"status\": ", diff_status_names[diff_status(row)]);
    put_change(out, ", \"flop_cost_change\": ", row->a.flop_cost, row->b.flop_cost);
    put_percent(out, ", \"flop_cost_percent\": ", row->a.flop_cost, row->b.flop_cost);
    put_change(out, ", \"calls_change\": ", row->a.calls, row->b.calls);
    put_side(out, ", \"a\": ", row, &row->a);
    put_side(out, ", \"b\": ", row, &row->b);
    out_text(out, "}");
}

static void put_table(struct out *out, const char *key, const struct diff_table *table)
{
    out_text(out, key);
    out_text(out, "[");
    for (size_t i = 0; i < table->count; i++) {
        out_text(out, i ? ",\n    " : "\n    ");
        put_row(out, &table->rows[i]);
    }
    out_text(out, table->count ? "\n  ]" : "]");
}

static void put_file(struct out *out, const char *key, const char *name, const struct summary *s)
{
    row_text(out, key, name);
    row_text(out, ", \"flopshim_version\": ", s->version);
    row_text(out, ", \"cost_model\": ", s->cost_model);
    row_text(out, ", \"convention\": ", s->convention);
    out_text(out, ", \"flop_multiplier\": ");
    out_text(out, s->multiplier);
    row_text(out, ", \"scope\": ", s->is_tree ? "tree" : "process");
    put_bool(out, ", \"complete\": ", s->complete);
    row_text(out, ", \"end_reason\": ", s->end_reason);
    put_bool(out, ", \"has_shapes\": ", summary_has_shapes(s));
    row_lines(out, ", \"uncovered\": ", s->uncovered, strlen(s->uncovered));
    out_text(out, "}");
}

static void put_verdicts(struct out *out, const struct diff_verdicts *verdicts)
{
    out_text(out, ",\n  \"broken_rules\": [");
    for (size_t i = 0; i < verdicts->count; i++) {
        const struct diff_verdict *verdict = &verdicts->list[i];
        row_text(out, i ? ",\n    {\"rule\": " : "\n    {\"rule\": ", verdict->rule);
        row_text(out, ", \"value\": ", verdict->value);
        out_text(out, ", \"row\": ");
        put_row(out, verdict->row);
        out_text(out, "}");
    }
    out_text(out, verdicts->count ? "\n  ]" : "]");
}

void diff_json(const struct diff *diff, const char *const names[2], const struct diff_verdicts *verdicts, struct out *out)
{
    static const char *const keys[DIFF_VIEWS] = {
        [DIFF_ROUTINES] = ",\n  \"routines\": ",
        [DIFF_NAMESPACES] = ",\n  \"namespaces\": ",
        [DIFF_NAMESPACE_ROUTINES] = ",\n  \"namespace_routines\": ",
        [DIFF_SHAPES] = ",\n  \"shapes\": ",
    };
    row_number(out, "{\n  \"diff_schema_version\": ", DIFF_SCHEMA);
    put_file(out, ",\n  \"a\": {\"file\": ", names[0], diff->a);
    put_file(out, ",\n  \"b\": {\"file\": ", names[1], diff->b);
    row_lines(out, ",\n  \"not_comparable\": ", verdicts->doubts.data, verdicts->doubts.length);
    row_lines(out, ",\n  \"incomplete\": ", verdicts->missing.data, verdicts->missing.length);
    out_text(out, ",\n  \"total\": ");
    put_row(out, &diff->total);
    for (int view = 0; view < DIFF_VIEWS; view++)
        put_table(out, keys[view], &diff->views[view]);
    put_verdicts(out, verdicts);
    out_text(out, "\n}\n");
}
