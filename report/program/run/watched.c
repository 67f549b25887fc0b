/* Looks at one ledger of a run, again and again, and compares each copy with the one before by their sums. */
#include "watched.h"
#include "kernel.h"
#include "ledger_alive.h"
#include "ledger_check.h"
#include "ledger_load.h"
#include "ledger_read.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void watched_find(struct watched *w, const char *what, const char *detail)
{
    char line[512];
    snprintf(line, sizeof line, "%s%s", what, detail);
    if (strstr(w->findings, line) || strlen(w->findings) + strlen(line) + 2 > sizeof w->findings)
        return;
    strcat(w->findings, line);
    strcat(w->findings, "\n");
}

static void keep(struct watched *w, const struct ledger_view *view, const struct watch_sums *sums)
{
    if (w->good.header)
        ledger_unload(&w->good);
    w->good = *view;
    w->refunded_before = w->sums.refunded_flops;
    w->sums = *sums;
}

static void compare(struct watched *w, const struct ledger_view *view)
{
    struct watch_sums sums;
    watch_sum_up(view, &sums);
    const char *what = NULL;
    if (w->good.header)
        what = watch_backwards(&w->sums, &sums, sums.refunded_flops - w->refunded_before);
    if (what)
        watched_find(w, "the ledger was written over: ", what);
    if (!what || (sums.flops >= w->sums.flops && sums.limit_flops == w->sums.limit_flops))
        keep(w, view, &sums); /* the most that is known */
    else
        ledger_unload(view);
}

void watched_look_for_file(struct watched *w, const char *path, bool kept)
{
    struct stat st;
    uint32_t writer = 0;
    if (w->gone)
        return;
    w->gone = kernel_lstat(path, &st) < 0 || st.st_dev != w->device || st.st_ino != w->inode;
    w->in_order = pread(w->fd, &writer, sizeof writer, offsetof(struct ledger_header, writer)) == sizeof writer &&
                  writer == LEDGER_REMOVED;
    if (w->gone && (kept || !w->in_order))
        watched_find(w, WATCHED_REMOVED, "");
}

/* A process that grows its ledger is met again at the next look; at the last one there is none. */
static bool look_once(struct watched *w, bool last)
{
    struct ledger_view view;
    struct stat st;
    const char *why = NULL;
    if (ledger_load_open(w->fd, &view, &why) == 0) {
        w->failed = 0;
        compare(w, &view);
        return true;
    }
    bool cut = w->good.header && kernel_fstat(w->fd, &st) == 0 && (size_t)st.st_size < w->sums.size_bytes;
    if (++w->failed >= 2 || last || cut)
        watched_find(w, cut ? "the ledger was cut off while its processes ran" : "the ledger was written over: ",
                     cut || !why ? "" : why);
    return false;
}

/* The first time twice: what it had counted must have been spent. */
void watched_look(struct watched *w, bool last)
{
    bool first = !w->good.header;
    if (look_once(w, last) && first)
        look_once(w, last);
}

bool watched_lives(const struct watched *w)
{
    return ledger_somebody_lives(&w->good);
}

/* Nobody writes to it any more: its sums must agree, and its process has compared its limit. */
void watched_look_at_rest(struct watched *w)
{
    if (w->good.header && w->sums.limit_differs)
        watched_find(w, "the ledger was written over: its limit is not the one that it began with", "");
    if (w->good.header && !*w->findings && !watched_lives(w) && watch_mismatch(&w->good, &w->sums))
        watched_find(w, "the ledger was written over: ", WATCH_UNEQUAL);
}
