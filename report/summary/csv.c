/* The summary as CSV: one row an operation and namespace, of what was done in that itself, for spreadsheets and data frames.
 * Quoted as RFC 4180 says, with plain line feeds. */
#include "csv.h"
#include "cost.h"
#include <string.h>

static void put_field(struct out *out, const char *text)
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

static void put_row(struct out *out, const char *namespace_, const struct summary_operation *operation)
{
    put_field(out, namespace_);
    out_text(out, ",");
    put_field(out, operation->name);
    out_text(out, ",");
    out_number(out, operation->calls);
    out_text(out, ",");
    out_number(out, operation->flop_cost);
    out_text(out, ",");
    out_decimal(out, operation->elapsed_ns, 9);
    out_text(out, ",");
    out_number(out, operation->timed_flops);
    out_text(out, ",");
    out_text(out, cost_class_name((enum cost_class)operation->accuracy));
    out_text(out, ",");
    out_number(out, operation->queries);
    out_text(out, "\n");
}

void summary_csv(const struct summary *summary, struct out *out)
{
    out_text(out, "namespace,operation,calls,flop_cost,seconds,timed_flops,accuracy,queries\n");
    for (size_t i = 0; i < summary->namespace_count; i++) {
        const struct summary_namespace *ns = &summary->namespaces[i];
        for (size_t j = 0; j < ns->operation_count; j++)
            if (ns->operations[j].calls || ns->operations[j].queries)
                put_row(out, ns->name, &ns->operations[j]);
    }
}
