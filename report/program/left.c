/* Finds the ledgers of dead processes wherever the library or `flopshim run` may have made them, and shows them. */
#include "left.h"
#include "instant.h"
#include "ledger_alive.h"
#include "ledger_folders.h"
#include "leftover.h"
#include "load.h"
#include "path.h"
#include "show.h"
#include "text_rows.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct left {
    const char *format;
    struct out list; /* a line for each */
    struct out summaries;
    size_t count;
};

static void put_start(struct out *out, uint64_t realtime_ns)
{
    struct instant at = instant_of(realtime_ns);
    char text[40];
    snprintf(text, sizeof text, "%04u-%02u-%02u %02u:%02u:%02u UTC", (unsigned)at.year, (unsigned)at.month, (unsigned)at.day,
             (unsigned)at.hour, (unsigned)at.minute, (unsigned)at.second);
    out_text(out, text);
}

static void put_line(struct out *out, const char *path, const struct summary *s)
{
    text_put_name(out, path);
    out_text(out, ": ");
    text_put_name(out, path_base(s->program));
    out_text(out, " (pid ");
    out_number(out, s->pid);
    out_text(out, "), started ");
    put_start(out, s->start_realtime_ns);
    out_text(out, ", ");
    out_grouped(out, s->flops_used);
    out_text(out, " FLOPs\n");
}

static void add(const char *path, void *data)
{
    struct left *left = data;
    struct loaded loaded;
    if (load_file(path, &loaded) < 0)
        return; /* it is named, and why it cannot be shown */
    /* A rank that has ended leaves its part of its node's ledger, of which nothing is left to write.
     * In one of a process that was killed at its first call nothing is yet.
     * Who lives in another pid namespace cannot be told from here, so its ledgers are passed over. */
    if (loaded.ledger.header && ledger_first_process(&loaded.ledger) && !ledger_is_over(loaded.ledger.header) &&
        loaded.ledger.header->pid_namespace == ledger_pid_namespace() && !loaded.summary.processes_alive) {
        bool json = strcmp(left->format, "json") == 0;
        put_line(&left->list, path, &loaded.summary);
        if (json)
            out_text(&left->summaries, left->count ? ",\n" : "[\n");
        show_summary(path, &loaded, left->format, true, &left->summaries);
        left->count++;
    }
    load_free(&loaded);
}

static bool is_own(const struct sweep_name *name, const struct stat *file)
{
    return !sweep_is_claimed(name) && file->st_uid == geteuid();
}

static int deliver(struct left *left, const char *output)
{
    struct out all = {0};
    bool json = strcmp(left->format, "json") == 0;
    if (!json && !left->count) {
        out_text(&all, "Nothing is left: no ledger of a dead process.\n");
    } else if (!json) {
        out_bytes(&all, left->list.data, left->list.length);
        out_text(&all, "\n");
    } else if (!left->count) {
        out_text(&all, "[");
    }
    out_bytes(&all, left->summaries.data, left->summaries.length);
    out_text(&all, json ? "]\n" : "");
    all.failed |= left->list.failed || left->summaries.failed;
    int status = show_deliver("report", &all, output);
    out_free(&all);
    return status;
}

int left_report(const char *format, const char *output)
{
    struct left left = {.format = format};
    ledger_folders_search(&(struct ledger_search){sweep_run_is_dead, is_own, add, &left});
    int status = deliver(&left, output);
    out_free(&left.list);
    out_free(&left.summaries);
    return status;
}
