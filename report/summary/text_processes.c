/* The section of the text summary that says which process of a tree used what, and how each ended. */
#include "text_processes.h"
#include "order.h"
#include "path.h"
#include "text_rows.h"
#include <string.h>

#define ROWS 20 /* a pool has hundreds; the JSON summary has them all */

static int by_cost(const void *left, const void *right, const void *context)
{
    const struct summary_process *a = *(const void *const *)left;
    const struct summary_process *b = *(const void *const *)right;
    (void)context;
    int order = text_descending(a->flops_used, b->flops_used);
    return order ? order : (a > b) - (a < b);
}

static size_t name_width(const struct summary_process *process)
{
    size_t width = text_width(path_base(process->program)) + strlen(" (pid 0)");
    for (uint32_t pid = process->pid / 10; pid; pid /= 10)
        width++;
    return width;
}

static void put_name(struct out *out, const struct summary_process *process, const struct text_columns *columns)
{
    text_put_blanks(out, 4);
    text_put_name(out, path_base(process->program));
    out_text(out, " (pid ");
    out_number(out, process->pid);
    out_text(out, ")");
    text_put_blanks(out, columns->name - name_width(process) + 1);
}

static void put_end(struct out *out, const struct summary_process *process)
{
    if (process->running) {
        out_text(out, "  still running");
    } else if (strcmp(process->end_reason, "exec") == 0) {
        out_text(out, "  exec");
    } else if (strcmp(process->end_reason, "exhausted") == 0) {
        out_text(out, "  budget exhausted");
    } else if (strcmp(process->end_reason, "exit") != 0) {
        out_text(out, "  killed");
        if (strcmp(process->end_reason, "signal") == 0) {
            out_text(out, " by signal ");
            out_number(out, process->end_status);
        }
    } else if (process->end_status) {
        out_text(out, "  exit ");
        out_number(out, process->end_status);
    }
}

static void put_row(struct out *out, const struct summary_process *process, wide total, const struct text_columns *columns)
{
    put_name(out, process, columns);
    text_put_number(out, process->flops_used, columns->number);
    text_put_share(out, process->flops_used, total);
    out_text(out, "  [");
    text_put_calls(out, process->calls);
    out_text(out, "]");
    put_end(out, process);
    out_text(out, "\n");
}

void text_processes(const struct summary *s, struct out *out)
{
    struct text_ranking ranking;
    struct text_columns columns = {TEXT_NAME_WIDTH, TEXT_NUMBER_WIDTH};
    if (!s->is_tree || s->process_count < 2)
        return;
    if (!text_ranking_open(&ranking, s->process_count)) {
        out->failed = true;
        return;
    }
    for (; ranking.count < s->process_count; ranking.count++)
        ranking.rows[ranking.count] = &s->processes[ranking.count];
    order_sort(ranking.rows, ranking.count, sizeof *ranking.rows, by_cost, NULL);
    size_t shown = ranking.count > ROWS ? ROWS : ranking.count;
    for (size_t i = 0; i < shown; i++) {
        const struct summary_process *process = ranking.rows[i];
        columns.name = text_larger(columns.name, name_width(process));
        columns.number = text_larger(columns.number, text_grouped_width(process->flops_used));
    }
    text_put_heading(out, "By process:\n");
    for (size_t i = 0; i < shown; i++)
        put_row(out, ranking.rows[i], s->flops_used, &columns);
    if (shown < ranking.count) {
        out_text(out, "    and ");
        out_grouped(out, ranking.count - shown);
        out_text(out, ranking.count - shown == 1 ? " process more\n" : " processes more\n");
    }
    text_ranking_close(&ranking);
}
