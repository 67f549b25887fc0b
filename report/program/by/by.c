/* Files are added up row by row and let go, so that memory is needed for rows, not for files (by.h). */
#include "by.h"
#include "cmd.h"
#include "out_save.h"
#include "progress.h"
#include "text_rows.h"
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct process {
    char *host;
    uint32_t pid;
    uint64_t start_ns;
    wide flops_used;
    uint64_t calls; /* to tell two states of it apart */
};

static int complain(const char *path, const char *why)
{
    struct out out = {0};
    out_text(&out, "flopshim report: ");
    text_put_name(&out, path);
    out_text(&out, why);
    out_text(&out, "\n");
    progress_clear();
    out_print(&out, STDERR_FILENO, -1);
    out_free(&out);
    return -1;
}

void by_ask(struct by_report *report, const char *word)
{
    enum by_kind kind = BY_NAMESPACE;
    for (const char *at = BY_WORDS; strncmp(at, word, strlen(word)) != 0; at = strchr(at, ' ') + 1)
        kind++;
    for (size_t i = 0; i < report->table_count; i++)
        if (report->tables[i].kind == kind)
            return;
    report->tables[report->table_count++].kind = kind;
}

static int compare_rows(const void *left, const void *right)
{
    const struct by_row *a = left, *b = right;
    int order = strcmp(a->name, b->name);
    if (order || !a->detail || !b->detail)
        return order ? order : !b->detail - !a->detail;
    return strcmp(a->detail, b->detail);
}

static struct by_row *add_row(struct by_table *table, const char *name, const char *detail)
{
    if (table->count == table->room) {
        size_t room = table->room ? 2 * table->room : 64;
        struct by_row **rows = reallocarray(table->rows, room, sizeof(*rows));
        if (!rows)
            return NULL;
        table->rows = rows;
        table->room = room;
    }
    struct by_row *row = malloc(sizeof *row);
    if (!row)
        return NULL;
    *row = (struct by_row){.name = strdup(name), .detail = detail ? strdup(detail) : NULL};
    if (!row->name || (detail && !row->detail) || !tsearch(row, &table->tree, compare_rows)) {
        free(row->name);
        free(row->detail);
        free(row);
        return NULL;
    }
    table->rows[table->count++] = row;
    return row;
}

void by_count(struct by_report *report, struct by_table *table, const char *name, const char *detail, wide flop_cost,
              uint64_t calls)
{
    const struct by_row wanted = {.name = (char *)name, .detail = (char *)detail};
    if (!flop_cost && !calls)
        return;
    struct by_row *const *found = tfind(&wanted, &table->tree, compare_rows);
    struct by_row *row = found ? *found : add_row(table, name, detail);
    if (!row) {
        report->failed = true;
        return;
    }
    row->flop_cost += flop_cost;
    row->calls += calls;
}

static int compare_processes(const void *left, const void *right)
{
    const struct process *a = left, *b = right;
    int order = (a->pid > b->pid) - (a->pid < b->pid);
    order = order ? order : (a->start_ns > b->start_ns) - (a->start_ns < b->start_ns);
    return order ? order : strcmp(a->host, b->host);
}

static void free_process(void *process)
{
    free(((struct process *)process)->host);
    free(process);
}

/* The process that was added before and is this one; NULL: there is none, and this one is kept. */
static const struct process *seen(struct by_report *report, const struct summary *s)
{
    struct process *process = malloc(sizeof *process);
    char *host = strdup(s->host);
    struct process **slot = NULL;
    if (process && host) {
        *process = (struct process){host, s->pid, s->start_realtime_ns, s->flops_used, s->calls};
        slot = tsearch(process, &report->processes, compare_processes);
    }
    if (slot && *slot == process)
        return NULL;
    report->failed |= !slot;
    free(host);
    free(process);
    return slot ? *slot : NULL;
}

static const char *text_of(const char *text)
{
    return text ? text : "";
}

static void remember(struct by_report *report, const struct summary *s)
{
    report->cost_model = strdup(s->cost_model);
    report->convention = strdup(s->convention);
    report->multiplier = strdup(s->multiplier);
    report->weights = strdup(text_of(s->weights));
    report->failed |= !report->cost_model || !report->convention || !report->multiplier || !report->weights;
    report->complete = true;
}

/* NULL: it adds up with what was added. */
static const char *why_not(const struct by_report *report, const struct summary *s)
{
    bool has_work = s->flops_used || s->calls;
    if (report->files && (strcmp(report->cost_model, s->cost_model) != 0 || strcmp(report->convention, s->convention) != 0 ||
                          strcmp(report->multiplier, s->multiplier) != 0 || strcmp(report->weights, text_of(s->weights)) != 0))
        return ": not counted as the files before it: expected the same cost model, convention, multiplier and weights";
    for (size_t i = 0; i < report->table_count; i++) {
        if (report->tables[i].kind == BY_SHAPE && has_work && !summary_has_shapes(s))
            return ": --by shape: it has no shapes; expected a file that was counted with FLOP_DETAIL=shapes";
        if (report->tables[i].kind == BY_CALLER && has_work && !summary_has_callers(s))
            return ": --by caller: it has no callers; expected a file that was counted with FLOP_DETAIL=callers";
    }
    return NULL;
}

int by_add(struct by_report *report, const char *path, const struct summary *s)
{
    const char *why = why_not(report, s);
    if (why)
        return complain(path, why);
    const struct process *before = s->pid && s->start_realtime_ns ? seen(report, s) : NULL;
    if (before && (before->flops_used != s->flops_used || before->calls != s->calls))
        return complain(path, ": another state of a process that was given before; expected one file of each process");
    if (before) {
        report->repeated++;
        return 0;
    }
    if (!report->files++)
        remember(report, s);
    report->complete &= s->complete;
    report->flops_used += s->flops_used;
    report->calls += s->calls;
    for (size_t i = 0; i < report->table_count; i++)
        by_add_rows(report, &report->tables[i], s);
    return 0;
}

static void keep(void *row)
{
    (void)row;
}

void by_free(struct by_report *report)
{
    for (size_t i = 0; i < report->table_count; i++) {
        struct by_table *table = &report->tables[i];
        tdestroy(table->tree, keep);
        for (size_t j = 0; j < table->count; j++) {
            free(table->rows[j]->name);
            free(table->rows[j]->detail);
            free(table->rows[j]);
        }
        free(table->rows);
    }
    tdestroy(report->processes, free_process);
    free(report->cost_model);
    free(report->convention);
    free(report->multiplier);
    free(report->weights);
    *report = (struct by_report){0};
}
