/* The summary as CSV: one row an operation and namespace, of what was done in that itself, for spreadsheets and data frames.
 * Where shapes were recorded, one a shape as well, before a row of the rest, so that sums over rows are right.
 * Quoted as RFC 4180 says, with plain line feeds. */
#include "csv.h"
#include "cost.h"
#include <string.h>

void csv_field(struct out *out, const char *text)
{
    if (!text[strcspn(text, ",\"\r\n")]) {
        out_text(out, text);
        return;
    }
    out_text(out, "\"");
    for (; *text; text++)
        out_bytes(out, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
    out_text(out, "\"");
}

static void put_key(struct out *out, const char *namespace_, const char *operation, uint64_t calls, wide flop_cost)
{
    csv_field(out, namespace_);
    out_text(out, ",");
    csv_field(out, operation);
    out_text(out, ",");
    out_number(out, calls);
    out_text(out, ",");
    out_number(out, flop_cost);
    out_text(out, ",");
}

/* Time and workspace queries are not known by shape. */
static void put_shapes(struct out *out, const char *namespace_, const struct summary_operation *operation)
{
    for (size_t i = 0; i < operation->shapes.count; i++) {
        const struct summary_shape *shape = &operation->shapes.rows[i];
        put_key(out, namespace_, operation->name, shape->calls, shape->flop_cost);
        out_text(out, ",,");
        out_text(out, cost_class_name((enum cost_class)operation->accuracy));
        out_text(out, ",,");
        csv_field(out, shape->text);
        out_text(out, "\n");
    }
}

static void put_row(struct out *out, const char *namespace_, const struct summary_operation *operation, bool with_shape)
{
    struct summary_use rest = summary_others(operation, &operation->shapes);
    put_key(out, namespace_, operation->name, rest.calls, rest.flops_used);
    out_decimal(out, operation->elapsed_ns, 9);
    out_text(out, ",");
    out_number(out, operation->timed_flops);
    out_text(out, ",");
    out_text(out, cost_class_name((enum cost_class)operation->accuracy));
    out_text(out, ",");
    out_number(out, operation->queries);
    out_text(out, with_shape ? ",\n" : "\n");
}

void summary_csv(const struct summary *summary, struct out *out)
{
    bool with_shape = summary_has_shapes(summary);
    out_text(out, "namespace,operation,calls,flop_cost,seconds,timed_flops,accuracy,queries");
    out_text(out, with_shape ? ",shape\n" : "\n");
    for (size_t i = 0; i < summary->namespace_count; i++) {
        const struct summary_namespace *ns = &summary->namespaces[i];
        for (size_t j = 0; j < ns->operation_count; j++)
            if (ns->operations[j].calls || ns->operations[j].queries) {
                put_shapes(out, ns->name, &ns->operations[j]);
                put_row(out, ns->name, &ns->operations[j], with_shape);
            }
    }
}
