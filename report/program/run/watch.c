/* The ledgers of a run, each opened as it appears: the descriptor shows the counts also where the file is removed. As long as
 * the run is watched, none is removed but here, after its end: so each is looked at, however late that is. */
#include "watch.h"
#include "job_left.h"
#include "kernel.h"
#include "ledger.h"
#include "ledger_load.h"
#include "ledger_node_read.h"
#include "ledger_read.h"
#include "out.h"
#include "out_save.h"
#include "output.h"
#include "strays.h"
#include "text_rows.h"
#include "watched.h"
#include "written.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define LEDGERS 1024 /* at a time; of more the first ones */
#define LOOK_MS 200
#define IDLE_FACTOR 100 /* a look that took 1 ms is followed by 100 ms of rest */
#define LOST_SAID 8     /* of what is lost, so many are named */
#define RANKS_MOMENT_NS 20000000
#define RANKS_PATIENCE_NS UINT64_C(5000000000)

static char folder[PATH_MAX];
static struct watched *ledgers[LEDGERS];
static size_t count;
static int notifier = -1;
static struct strays strays;
static uint64_t next_look_ns;
static bool limit_asked;         /* of this run */
static bool tampered_with_limit; /* of a ledger or of the run */
static unsigned lost;            /* ledgers that were gone before the first look */
static bool to_scan;             /* ledgers may lie in the folder that are not in the list */
static int keeper = -1;          /* holds the lock of LEDGER_WATCHED: nobody but us removes a ledger */

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

/* ---- the list ---- */

static void drop(struct watched *w)
{
    watched_note_outputs(w);
    close(w->fd);
    if (w->good.header)
        ledger_unload(&w->good);
    for (size_t i = 0; i < count; i++)
        if (ledgers[i] == w)
            ledgers[i] = ledgers[--count];
    free(w);
}

static struct watched *by_name(const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(ledgers[i]->name, name) == 0)
            return ledgers[i];
    return NULL;
}

static bool is_known(const struct stat *st)
{
    for (size_t i = 0; i < count; i++)
        if (ledgers[i]->device == st->st_dev && ledgers[i]->inode == st->st_ino)
            return true;
    return false;
}

static void look_for_file(struct watched *w)
{
    char path[PATH_MAX + NAME_MAX + 2];
    path_of(w, path, sizeof path);
    watched_look_for_file(w, path, keeper >= 0);
}

static void look_at(struct watched *w, bool last)
{
    look_for_file(w);
    watched_look(w, last);
}

/* Of a node's ledger that anybody has moved into. */
static bool has_other_parts(const struct watched *w)
{
    for (size_t i = 0; w->part >= 0 && i < count; i++)
        if (ledgers[i] != w && ledgers[i]->device == w->device && ledgers[i]->inode == w->inode &&
            (ledgers[i]->good.header || watched_place(ledgers[i], 0)))
            return true;
    return false;
}

static void finish(struct watched *w)
{
    char path[PATH_MAX + NAME_MAX + 2];
    look_at(w, true);
    watched_look_at_rest(w);
    if (*w->findings || !w->in_order)
        return;
    if (w->good.header)
        job_left_note(&w->good);
    path_of(w, path, sizeof path);
    if (!w->gone && !has_other_parts(w))
        unlink(path);
    drop(w);
}

/* ---- those in the folder ---- */

static void say_lost(const char *name)
{
    struct out out = {0};
    tampered_with_limit |= limit_asked;
    if (lost++ >= LOST_SAID)
        return;
    out_text(&out, "flopshim: ");
    text_put_name(&out, name);
    out_text(&out, name == folder ? ": more happened there than could be followed: ledgers may be missing\n"
                                  : ": the ledger was removed or replaced before it could be looked at\n");
    out_print(&out, STDERR_FILENO, -1);
    out_free(&out);
}

/* -1: not a file, or not there. -2: it cannot be opened now. */
static int open_ledger(const char *name, struct stat *st)
{
    char path[PATH_MAX + NAME_MAX + 2];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return errno == ENOENT || errno == ELOOP ? -1 : -2;
    if (kernel_fstat(fd, st) == 0 && S_ISREG(st->st_mode))
        return fd;
    close(fd);
    return -1;
}

/* One whose event is still to come would be taken for lost then. */
static void make_room(void)
{
    for (size_t i = count; count == LEDGERS && i-- > 0;)
        if (ledgers[i]->in_order && !ledgers[i]->unannounced)
            finish(ledgers[i]);
}

static void add_parts(const struct watched *found, const char *name, int fd, uint32_t parts)
{
    for (uint32_t i = 0; i < parts + !parts; i++) {
        int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
        struct watched *w = own >= 0 ? calloc(1, sizeof *w) : NULL;
        to_scan |= !w;
        if (!w && own >= 0)
            close(own);
        if (!w)
            return;
        *w = *found;
        w->fd = own;
        w->part = parts ? (int)i : -1;
        snprintf(w->name, sizeof w->name, "%s", name);
        ledgers[count++] = w;
    }
}

/* A ledger comes into being once, and whole; `announced` by an event, and events are not lost. So one that is not there was
 * removed since, and one that comes again was put in its place. */
static void add(const char *name, bool announced)
{
    struct stat st = {0};
    struct watched *w = leftover_is_ledger_name(name) ? by_name(name) : NULL;
    if (w && announced && !w->unannounced)
        watched_find(w, WATCHED_REMOVED, "");
    if (w && announced)
        w->unannounced = false;
    if (w || !leftover_is_ledger_name(name))
        return;
    make_room();
    int fd = open_ledger(name, &st);
    if (fd == -1 && announced && keeper >= 0)
        say_lost(name);
    uint32_t parts = fd >= 0 ? ledger_node_slots(fd) : 0;
    bool has_room = count + (parts ? parts : 1) <= LEDGERS;
    to_scan |= fd == -2 || (fd >= 0 && !has_room);
    const struct watched found = {.part = -1, .device = st.st_dev, .inode = st.st_ino, .unannounced = !announced};
    if (fd >= 0 && has_room && !is_known(&st))
        add_parts(&found, name, fd, parts);
    if (fd >= 0)
        close(fd);
}

/* At the end also those that were never finished, because their process was killed over it. */
static void scan_folder(bool last)
{
    DIR *entries = opendir(folder);
    to_scan = false;
    for (struct dirent *entry; entries && (entry = readdir(entries)) != NULL;) {
        const char *dot = strrchr(entry->d_name, '.');
        if (last && dot && strcmp(dot, LEDGER_UNREADY) == 0)
            unlinkat(dirfd(entries), entry->d_name, 0);
        else
            add(entry->d_name, false);
    }
    if (entries)
        closedir(entries);
}

/* ---- all of them ---- */

/* A lock goes with its process, however that ends. */
static void begin_keeping(void)
{
    char path[PATH_MAX + sizeof LEDGER_WATCHED + 1];
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    snprintf(path, sizeof path, "%s/" LEDGER_WATCHED, folder);
    keeper = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (keeper >= 0 && fcntl(keeper, F_SETLK, &whole) < 0)
        watch_let_go();
}

void watch_let_go(void)
{
    char path[PATH_MAX + sizeof LEDGER_WATCHED + 1];
    if (keeper < 0)
        return;
    snprintf(path, sizeof path, "%s/" LEDGER_WATCHED, folder);
    unlink(path);
    close(keeper);
    keeper = -1;
}

int watch_begin(const char *folder_, const char *library)
{
    const char *budget = getenv("FLOP_BUDGET");
    snprintf(folder, sizeof folder, "%s", folder_);
    limit_asked = budget && *budget;
    strays.library = library;
    notifier = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (notifier >= 0 && inotify_add_watch(notifier, folder, IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM) < 0) {
        close(notifier);
        notifier = -1;
    }
    if (notifier >= 0)
        begin_keeping();
    return notifier < 0 ? -1 : 0;
}

int watch_descriptor(void)
{
    return notifier;
}

/* What was removed is looked at before its process is gone too. */
static void look_at_removed(void)
{
    for (size_t i = count; i-- > 0;) {
        struct watched *w = ledgers[i];
        bool before = w->gone;
        look_for_file(w);
        if (w->gone && !before)
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
            if (event->mask & IN_Q_OVERFLOW) {
                say_lost(folder);
                to_scan = true;
            }
            if (event->len && event->mask & (IN_CREATE | IN_MOVED_TO))
                add(event->name, true);
            removed |= event->len && event->mask & (IN_DELETE | IN_MOVED_FROM) && leftover_is_ledger_name(event->name);
        }
    if (removed)
        look_at_removed();
}

static void look_at_all(pid_t root)
{
    uint64_t before_ns = now_ns(CLOCK_THREAD_CPUTIME_ID);
    for (size_t i = count; i-- > 0;) {
        struct watched *w = ledgers[i];
        look_at(w, false);
        if (w->in_order && (w->gone || w->moved || !w->good.header || !watched_lives(w)))
            finish(w);
    }
    if (to_scan)
        scan_folder(false);
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

static void report(struct watched *w, const char *templates, const struct ended_child *child, bool quiet)
{
    char path[PATH_MAX + NAME_MAX + 2];
    path_of(w, path, sizeof path);
    watched_say(w);
    tampered_with_limit |= w->sums.has_limit || limit_asked;
    if (w->good.header && !w->gone && watched_lives(w))
        return; /* one that is in use still is named by leftover_report */
    if (w->good.header) {
        watched_take_outputs(w);
        leftover_write(&w->good, w->findings, templates, child, quiet);
    }
    if (w->part < 0)
        unlink(path);
    else
        watched_mark_written(w, path);
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

/* Ranks notice that mpirun was killed, in a second or two; then they leave their ledgers, as long as the folder is watched. */
static bool a_rank_goes_on(void)
{
    for (size_t i = 0; i < count; i++)
        if (ledgers[i]->good.header && !ledgers[i]->in_order && job_left_awaits(&ledgers[i]->good) && watched_lives(ledgers[i]))
            return true;
    return false;
}

bool watch_end(const char *templates, const struct ended_child *child, bool quiet)
{
    take_events();
    for (uint64_t until = now_ns(CLOCK_MONOTONIC) + RANKS_PATIENCE_NS; a_rank_goes_on() && now_ns(CLOCK_MONOTONIC) < until;)
        nanosleep(&(struct timespec){0, RANKS_MOMENT_NS}, NULL);
    watch_let_go(); /* from here on who ends removes its ledger */
    take_events();
    scan_folder(true);
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
