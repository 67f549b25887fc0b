/* Looks at one ledger of a run, again and again, and compares each copy with the one before by their sums. */
#include "watched.h"
#include "kernel.h"
#include "ledger_alive.h"
#include "ledger_check.h"
#include "ledger_load.h"
#include "ledger_node_read.h"
#include "ledger_read.h"
#include "out.h"
#include "out_save.h"
#include "text_rows.h"
#include "written.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
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

off_t watched_place(const struct watched *w, size_t at)
{
    struct node_slot slot;
    size_t bytes = 1;
    if (w->part < 0)
        return (off_t)at;
    return ledger_node_slot(w->fd, (uint32_t)w->part, &slot) ? (off_t)ledger_node_place(&slot, at, &bytes) : 0;
}

void watched_look_for_file(struct watched *w, const char *path, bool kept)
{
    struct stat st;
    uint32_t writer = 0;
    if (w->gone)
        return;
    w->gone = kernel_lstat(path, &st) < 0 || st.st_dev != w->device || st.st_ino != w->inode;
    off_t place = watched_place(w, offsetof(struct ledger_header, writer));
    bool known = place && pread(w->fd, &writer, sizeof writer, place) == sizeof writer;
    w->moved = known && writer == LEDGER_MOVED;
    w->in_order = w->moved || (known && writer == LEDGER_REMOVED);
    bool is_empty = w->part >= 0 && !w->good.header; /* the others' parts tell */
    if (w->gone && (kept || !w->in_order) && !is_empty)
        watched_find(w, WATCHED_REMOVED, "");
}

/* A process that grows its ledger is met again at the next look; at the last one there is none. */
static bool look_once(struct watched *w, bool last)
{
    struct ledger_view view;
    struct stat st;
    const char *why = NULL;
    if (w->part >= 0 && !w->good.header && !watched_place(w, 0))
        return false;
    if ((w->part < 0 ? ledger_load_open(w->fd, &view, &why) : ledger_load_part(w->fd, (uint32_t)w->part, &view, &why)) == 0) {
        w->failed = 0;
        compare(w, &view);
        return true;
    }
    bool cut = w->part < 0 && w->good.header && kernel_fstat(w->fd, &st) == 0 && (size_t)st.st_size < w->sums.size_bytes;
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

/* ---- what becomes of it ---- */

void watched_note_outputs(const struct watched *w)
{
    struct ledger_header header;
    off_t place = watched_place(w, offsetof(struct ledger_header, outputs));
    if (!place || pread(w->fd, header.outputs, sizeof header.outputs, place) != sizeof header.outputs)
        return;
    for (size_t i = 0; i < LEDGER_OUTPUTS; i++)
        if (header.outputs[i].asked && memchr(header.outputs[i].used, 0, sizeof header.outputs[i].used))
            written_note(header.outputs[i].used);
}

void watched_say(const struct watched *w)
{
    const struct ledger_process *root = w->good.header ? ledger_first_process(&w->good) : NULL;
    for (const char *line = w->findings; *line; line += strcspn(line, "\n") + 1) {
        struct out out = {0};
        out_text(&out, "flopshim: ");
        text_put_name(&out, root ? root->program : w->name);
        if (root) {
            out_text(&out, " (pid ");
            out_number(&out, root->pid);
            out_text(&out, ")");
        }
        out_text(&out, ": ");
        out_bytes(&out, line, strcspn(line, "\n"));
        out_text(&out, "\n");
        out_print(&out, STDERR_FILENO, -1);
        out_free(&out);
    }
}

void watched_take_outputs(struct watched *w)
{
    struct ledger_header *copy = (struct ledger_header *)(uintptr_t)w->good.header;
    if (mprotect(copy, w->good.size_bytes, PROT_READ | PROT_WRITE) == 0)
        (void)!pread(w->fd, copy->outputs, sizeof copy->outputs, watched_place(w, offsetof(struct ledger_header, outputs)));
}

void watched_mark_written(const struct watched *w, const char *path)
{
    const uint32_t mark = LEDGER_REMOVED;
    off_t place = watched_place(w, offsetof(struct ledger_header, writer));
    int fd = place ? open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC) : -1;
    if (fd >= 0)
        (void)!pwrite(fd, &mark, sizeof mark, place);
    if (fd >= 0)
        close(fd);
}
