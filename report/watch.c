/* The ledgers of a run, each opened as it appears: the descriptor shows the counts also where the file is removed. Looks copy
 * what they read, because whoever writes a ledger can cut it at any moment. What was found out stands in text of its own, so
 * that it stays when the ledger does not. */
#include "watch.h"
#include "out.h"
#include "output.h"
#include "shim/ledger.h"
#include "strays.h"
#include "text_rows.h"
#include "watch_sums.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LEDGERS 256 /* at a time; of more the first ones */
#define LOOK_MS 200
#define IDLE_FACTOR 100 /* a look that took 1 ms is followed by 100 ms of rest */
#define FINDINGS_BYTES 2048

struct watched {
    int fd;
    dev_t device;
    ino_t inode;
    bool gone;                /* its file is not there any more */
    bool in_order;            /* its last process removed it, or somebody writes the summary of the dead */
    unsigned failed;          /* looks in a row that found it damaged */
    struct ledger_view good;  /* the last sound copy; header NULL: none yet */
    struct watch_sums sums;   /* of that */
    uint64_t refunded_before; /* at the look before that */
    char name[NAME_MAX + 1];
    char findings[FINDINGS_BYTES]; /* one a line */
};

static char folder[PATH_MAX];
static struct watched *ledgers[LEDGERS];
static size_t count;
static int notifier = -1;
static struct strays strays;
static uint64_t next_look_ns;
static bool tampered_with_limit;

static uint64_t now_ns(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void path_of(const struct watched *w, char *path, size_t size)
{
    snprintf(path, size, "%s/%s", folder, w->name);
}

static void find(struct watched *w, const char *what, const char *detail)
{
    char line[512];
    snprintf(line, sizeof line, "%s%s", what, detail);
    if (strstr(w->findings, line) || strlen(w->findings) + strlen(line) + 2 > sizeof w->findings)
        return;
    strcat(w->findings, line);
    strcat(w->findings, "\n");
}

/* ---- the list ---- */

static void drop(struct watched *w)
{
    close(w->fd);
    if (w->good.header)
        munmap((void *)(uintptr_t)w->good.header, w->good.size_bytes);
    for (size_t i = 0; i < count; i++)
        if (ledgers[i] == w)
            ledgers[i] = ledgers[--count];
    free(w);
}

static bool is_known(const struct stat *st)
{
    for (size_t i = 0; i < count; i++)
        if (ledgers[i]->device == st->st_dev && ledgers[i]->inode == st->st_ino)
            return true;
    return false;
}

/* ---- one ledger ---- */

static void keep(struct watched *w, const struct ledger_view *view, const struct watch_sums *sums)
{
    if (w->good.header)
        munmap((void *)(uintptr_t)w->good.header, w->good.size_bytes);
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
        find(w, "the ledger was written over: it went backwards in ", what);
    if (!what || (sums.flops >= w->sums.flops && sums.limit_flops == w->sums.limit_flops))
        keep(w, view, &sums); /* the most that is known */
    else
        munmap((void *)(uintptr_t)view->header, view->size_bytes);
}

/* Where the file is: `gone` and `in_order`. */
static void look_for_file(struct watched *w)
{
    char path[PATH_MAX + NAME_MAX + 2];
    struct stat st;
    uint32_t writer = 0;
    if (w->gone)
        return;
    path_of(w, path, sizeof path);
    w->gone = lstat(path, &st) < 0 || st.st_dev != w->device || st.st_ino != w->inode;
    if (w->gone)
        w->in_order = pread(w->fd, &writer, sizeof writer, offsetof(struct ledger_header, writer)) == sizeof writer &&
                      (writer == LEDGER_REMOVED || writer == LEDGER_CLAIMED);
    if (w->gone && !w->in_order)
        find(w, "the ledger was removed or replaced while its processes ran", "");
}

/* A process that grows its ledger, or was just made, is met again at the next look; at the last one there is none. */
static void look_at(struct watched *w, bool last)
{
    struct ledger_view view;
    struct stat st;
    const char *why = NULL;
    look_for_file(w);
    if (ledger_load_open(w->fd, &view, &why) == 0) {
        w->failed = 0;
        compare(w, &view);
        return;
    }
    bool cut = w->good.header && fstat(w->fd, &st) == 0 && (size_t)st.st_size < w->sums.size_bytes;
    if (!w->good.header || (++w->failed < 2 && !last && !cut))
        return;
    find(w, cut ? "the ledger was cut off while its processes ran" : "the ledger was written over: ", cut || !why ? "" : why);
}

static bool lives(const struct ledger_view *view)
{
    for (const struct ledger_block *b = NULL; (b = ledger_next(view, b)) != NULL;)
        if (b->kind == LEDGER_PROCESSES && b->count &&
            ledger_process_lives(view->header, (const struct ledger_process *)(b + 1)))
            return true;
    return false;
}

/* Nobody writes to it any more: its sums must agree. */
static void look_at_rest(struct watched *w)
{
    if (w->good.header && !*w->findings && !lives(&w->good) && watch_mismatch(&w->good, &w->sums))
        find(w, "the ledger was written over: what its threads spent is not what they counted", "");
}

static void finish(struct watched *w)
{
    look_at(w, true);
    look_at_rest(w);
    if (!*w->findings && w->in_order)
        drop(w);
}

static void add(const char *name)
{
    char path[PATH_MAX + NAME_MAX + 2];
    struct stat st;
    if (!leftover_is_ledger_name(name))
        return;
    for (size_t i = count; count == LEDGERS && i-- > 0;)
        if (ledgers[i]->in_order)
            finish(ledgers[i]);
    if (count == LEDGERS)
        return;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    struct watched *w = fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && !is_known(&st) ? calloc(1, sizeof *w) : NULL;
    if (!w) {
        if (fd >= 0)
            close(fd);
        return;
    }
    *w = (struct watched){.fd = fd, .device = st.st_dev, .inode = st.st_ino};
    snprintf(w->name, sizeof w->name, "%s", name);
    ledgers[count++] = w;
}

static void scan_folder(void)
{
    DIR *entries = opendir(folder);
    for (struct dirent *entry; entries && (entry = readdir(entries)) != NULL;)
        add(entry->d_name);
    if (entries)
        closedir(entries);
}

/* ---- all of them ---- */

int watch_begin(const char *folder_, const char *library)
{
    snprintf(folder, sizeof folder, "%s", folder_);
    strays.library = library;
    notifier = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (notifier >= 0 && inotify_add_watch(notifier, folder, IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM) < 0) {
        close(notifier);
        notifier = -1;
    }
    return notifier < 0 ? -1 : 0;
}

int watch_descriptor(void)
{
    return notifier;
}

/* What was removed is looked at before its process is gone too; in order, at the next look. */
static void look_at_removed(void)
{
    for (size_t i = count; i-- > 0;) {
        struct watched *w = ledgers[i];
        bool before = w->gone;
        look_for_file(w);
        if (w->gone && !before && !w->in_order)
            look_at(w, false);
    }
}

static void take_events(void)
{
    _Alignas(struct inotify_event) char buffer[8192];
    bool removed = false;
    ssize_t length;
    while (notifier >= 0 && (length = read(notifier, buffer, sizeof buffer)) > 0)
        for (char *p = buffer; p < buffer + length;) {
            const struct inotify_event *event = (const struct inotify_event *)(void *)p;
            p += sizeof *event + event->len;
            if (event->len && event->mask & (IN_CREATE | IN_MOVED_TO))
                add(event->name);
            removed |= !(event->mask & IN_CREATE);
        }
    if (removed)
        look_at_removed();
}

static void look_at_all(pid_t root)
{
    uint64_t before_ns = now_ns(CLOCK_THREAD_CPUTIME_ID);
    for (size_t i = count; i-- > 0;) {
        struct watched *w = ledgers[i];
        if (w->in_order)
            finish(w);
        else
            look_at(w, false);
    }
    if (strays.library)
        strays_look(&strays, root);
    uint64_t rest_ns = (now_ns(CLOCK_THREAD_CPUTIME_ID) - before_ns) * IDLE_FACTOR;
    next_look_ns = now_ns(CLOCK_MONOTONIC) + (rest_ns > LOOK_MS * 1000000ull ? rest_ns : LOOK_MS * 1000000ull);
}

int watch_look(pid_t root)
{
    take_events();
    if (now_ns(CLOCK_MONOTONIC) >= next_look_ns)
        look_at_all(root);
    uint64_t now = now_ns(CLOCK_MONOTONIC);
    return next_look_ns > now ? (int)((next_look_ns - now) / 1000000 + 1) : 1;
}

/* ---- the end ---- */

static void say(const struct watched *w)
{
    const struct ledger_process *root = w->good.header ? ledger_process_of(&w->good, ledger_next(&w->good, NULL)) : NULL;
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

/* The files that were written of it are those that it names by now. */
static void take_over_outputs(struct watched *w)
{
    struct ledger_header *copy = (struct ledger_header *)(uintptr_t)w->good.header;
    if (mprotect(copy, w->good.size_bytes, PROT_READ | PROT_WRITE) == 0)
        (void)!pread(w->fd, copy->outputs, sizeof copy->outputs, offsetof(struct ledger_header, outputs));
}

static void report(struct watched *w, const char *templates, const struct ended_child *child, bool quiet)
{
    char path[PATH_MAX + NAME_MAX + 2];
    path_of(w, path, sizeof path);
    say(w);
    tampered_with_limit |= w->sums.has_limit;
    if (!w->good.header || (!w->gone && lives(&w->good)))
        return; /* one that is in use still is named by leftover_report */
    take_over_outputs(w);
    leftover_write(&w->good, w->findings, templates, child, quiet);
    unlink(path);
}

static void say_strays(void)
{
    for (size_t i = 0; i < strays.line_count; i++) {
        struct out out = {0};
        out_text(&out, "flopshim: not covered: ");
        text_put_name(&out, strays.lines[i]);
        out_text(&out, strays.more && i + 1 == strays.line_count ? " (and more)\n" : "\n");
        out_print(&out, STDERR_FILENO, -1);
        out_free(&out);
    }
}

bool watch_end(const char *templates, const struct ended_child *child, bool quiet)
{
    take_events();
    scan_folder();
    for (size_t i = count; i-- > 0;)
        finish(ledgers[i]);
    for (size_t i = 0; i < count; i++)
        if (*ledgers[i]->findings)
            report(ledgers[i], templates, child, quiet);
    while (count)
        drop(ledgers[0]);
    say_strays();
    if (notifier >= 0)
        close(notifier);
    notifier = -1;
    return tampered_with_limit;
}
