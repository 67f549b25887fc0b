/* Finds the ledgers of dead processes wherever the library or `flopshim run` may have made them, and shows them. */
#include "left.h"
#include "instant.h"
#include "kernel.h"
#include "ledger_alive.h"
#include "leftover.h"
#include "load.h"
#include "path.h"
#include "show.h"
#include "sweep_name.h"
#include "text_rows.h"
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDERS 4

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

static void add(struct left *left, const char *path)
{
    struct loaded loaded;
    if (load_file(path, &loaded) < 0)
        return; /* it is named, and why it cannot be shown */
    /* Who lives in another pid namespace cannot be told from here, so its ledgers are passed over. */
    if (loaded.ledger.header && loaded.ledger.header->pid_namespace == ledger_pid_namespace() &&
        !loaded.summary.processes_alive) {
        bool json = strcmp(left->format, "json") == 0;
        put_line(&left->list, path, &loaded.summary);
        if (json)
            out_text(&left->summaries, left->count ? ",\n" : "[\n");
        show_summary(path, &loaded, left->format, true, &left->summaries);
        left->count++;
    }
    load_free(&loaded);
}

static bool is_own(int folder, const char *name)
{
    struct stat st;
    return kernel_fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) && st.st_uid == geteuid();
}

static void look_through(struct left *left, const char *folder, bool is_of_run)
{
    char path[PATH_MAX];
    DIR *entries = opendir(folder);
    for (struct dirent *entry; entries && (entry = readdir(entries)) != NULL;) {
        struct sweep_name name;
        if ((size_t)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) >= sizeof path)
            continue;
        if (!is_of_run && sweep_run_is_dead(entry->d_name))
            look_through(left, path, true);
        else if (sweep_parse(entry->d_name, &name) && !sweep_is_claimed(&name) && is_own(dirfd(entries), entry->d_name))
            add(left, path);
    }
    if (entries)
        closedir(entries);
}

static bool is_new(const char *folder, struct stat *seen, size_t count)
{
    if (!folder || !*folder || kernel_stat(folder, &seen[count]) < 0)
        return false;
    for (size_t i = 0; i < count; i++)
        if (seen[i].st_dev == seen[count].st_dev && seen[i].st_ino == seen[count].st_ino)
            return false;
    return true;
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
    const char *const folders[FOLDERS] = {getenv("FLOP_LEDGER_DIR"), "/dev/shm", getenv("TMPDIR"), "/tmp"};
    struct left left = {.format = format};
    struct stat seen[FOLDERS];
    size_t count = 0;
    for (size_t i = 0; i < FOLDERS; i++)
        if (is_new(folders[i], seen, count)) {
            count++;
            look_through(&left, folders[i], false);
        }
    int status = deliver(&left, output);
    out_free(&left.list);
    out_free(&left.summaries);
    return status;
}
