/* Looks through a folder of ledgers. What a name tells comes first, so that where nothing is to be done nothing is opened; then
 * the header, then the whole ledger, which is copied and checked as anybody's is. Nothing is changed before the process is
 * known to be dead. A claimed ledger has its claimer's name in its own, by a rename, until its summary is written. */
#include "sweep.h"
#include "kernel.h"
#include "ledger_alive.h"
#include "ledger_check.h"
#include "ledger_load.h"
#include "ledger_node_read.h"
#include "ledger_read.h"
#include "ledger_seal.h"
#include "ledger_self.h"
#include "library.h"
#include "output.h"
#include "path.h"
#include "summary.h"
#include "sweep_name.h"
#include "templates.h"
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#define LEDGERS 256
#define PATIENCE_NS UINT64_C(200000000)
#define CHILD_PATIENCE_NS UINT64_C(2000000000) /* nobody comes after a parent whose children these are */
#define LARGEST ((off_t)32 << 20)              /* what is larger takes `flopshim report` */

struct folder {
    int fd;
    const char *path;
    uint32_t runner; /* the `flopshim run` whose folder it is, while that lives; 0: none */
};

struct found {
    const char *name;
    struct sweep_name parsed;
    int fd;
    bool is_child;
    bool is_known; /* how a child ended: by this signal, or 0 and with this status */
    int signal, status;
    struct ledger_view view;
};

static struct ledger_header header; /* these are static because the stack may be a signal handler's; under shim_lock */
static char buffers[2][8192];
static unsigned left;
static uint64_t begun_ns;

static uint64_t elapsed_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec - begun_ns;
}

/* Is the ledger's process dead? Where it was a child of ours that nobody has waited for, how it ended is noted. */
static bool is_dead(struct found *f)
{
    siginfo_t info = {0};
    if (ledger_pid_lives(f->parsed.pid))
        return false;
    if (syscall(SYS_waitid, P_PID, f->parsed.pid, &info, WEXITED | WNOHANG | WNOWAIT, NULL) || !info.si_pid)
        return true;
    f->is_known = true;
    *(info.si_code == CLD_EXITED ? &f->status : &f->signal) = info.si_status;
    return true;
}

/* ---- whose is it? ---- */

/* A living parent that was started with the preload writes the summaries of its children itself. Its maps are read in pieces.
 */
static bool is_preloaded(uint32_t pid)
{
    static char text[4096 + sizeof PRELOAD_LIBRARY];
    char path[32];
    size_t kept = 0;
    bool seen = false;
    snprintf(path, sizeof path, "/proc/%u/maps", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    for (ssize_t got; fd >= 0 && !seen && (got = read(fd, text + kept, 4096)) > 0;) {
        size_t length = kept + (size_t)got;
        seen = memmem(text, length, PRELOAD_LIBRARY, strlen(PRELOAD_LIBRARY)) != NULL;
        kept = length < sizeof PRELOAD_LIBRARY ? length : sizeof PRELOAD_LIBRARY;
        memmove(text, text + length - kept, kept);
    }
    if (fd >= 0)
        close(fd);
    return seen;
}

static bool is_for_us(const struct folder *folder, const struct sweep *how, struct found *f, uint32_t parent)
{
    f->is_child = parent == (uint32_t)getpid();
    if (f->is_child)
        return true;
    bool is_of_runner = folder->runner && parent == folder->runner;
    return !how->children_only && !is_of_runner && (!parent || !ledger_pid_lives(parent) || !is_preloaded(parent));
}

static bool is_private(int fd, off_t largest)
{
    struct stat st;
    return !kernel_fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_uid == geteuid() && !(st.st_mode & 077) && st.st_nlink == 1 &&
           st.st_size <= largest;
}

static bool is_folder(const char *path)
{
    struct stat st;
    return !kernel_stat(path, &st) && S_ISDIR(st.st_mode);
}

/* Is there a place for its summary still? A folder that was removed is not made again for it. */
static bool has_place(void)
{
    const char *templates = header.output;
    char item[TEMPLATE_BYTES];
    bool relative = false;
    while (templates_next(&templates, item, sizeof item))
        relative |= *item != '/' && strcmp(item, "none") != 0 && strcmp(item, "stderr") != 0;
    return !relative || is_folder(header.folder);
}

/* Is the header whole, of this format and of this pid namespace, with a place for its summary? at: where it is in the file. */
static bool looks_right(int fd, off_t at)
{
    if (pread(fd, &header, sizeof header, at) != (ssize_t)sizeof header ||
        memcmp(header.magic, LEDGER_MAGIC, sizeof header.magic) != 0 || header.format != LEDGER_FORMAT ||
        header.seal != ledger_seal_header(&header))
        return false;
    bool terminated = !header.output[sizeof header.output - 1] && !header.folder[sizeof header.folder - 1];
    return terminated && header.pid_namespace && header.pid_namespace == ledger_pid_namespace() && has_place();
}

static bool is_in_use(const struct ledger_view *view)
{
    for (int i = 0; view->header->scope == LEDGER_SCOPE_TREE && i < LEDGER_MEMBERS; i++)
        if (view->header->members[i] && ledger_member_lives(view->header, view->header->members[i]))
            return true;
    return ledger_somebody_lives(view);
}

/* ---- its summary ---- */

/* Has its own process written the summary, and could not remove the ledger, because it had given up its rights? */
static bool is_written(const struct found *f)
{
    return ledger_is_over(f->view.header);
}

static bool goes_to_stderr(const char *templates)
{
    char item[TEMPLATE_BYTES];
    while (templates_next(&templates, item, sizeof item))
        if (!strcmp(item, "stderr"))
            return true;
    return false;
}

static void say(const struct summary *s, const char *how, const struct sweep *sweep, const char *names)
{
    if (*names && !sweep->quiet)
        output_say(s, how, names);
}

/* Writes the summary to its process's outputs and says so. False: it could be written nowhere. */
static bool write_summary(const struct found *f, const struct sweep *sweep, struct summary *s)
{
    static char names[1200], apart[TEMPLATE_BYTES];
    char how[64] = ", ended earlier without one";
    struct output_order order = {.templates = output_own(s, f->view.header->output, apart, sizeof apart),
                                 .folder = f->view.header->folder,
                                 .label = summary_label(s),
                                 .of_the_dead = true};
    if (f->is_known && !strcmp(s->end_reason, "unknown")) {
        summary_set_end(s, f->signal ? "signal" : "exit", (uint32_t)(f->signal ? f->signal : f->status));
        if (f->signal)
            snprintf(how, sizeof how, ", killed by signal %d", f->signal);
    }
    if (goes_to_stderr(order.templates))
        say(s, how, sweep, "stderr");
    int result = output_write_all(&order, s, names, sizeof names);
    say(s, how, sweep, names);
    return !result || *names;
}

/* Removes the claimed file where it is still the one that was read. */
static void remove_claimed(const struct folder *folder, const struct found *f, const char *claimed)
{
    struct stat here, opened;
    if (!syscall(SYS_newfstatat, folder->fd, claimed, &here, AT_SYMLINK_NOFOLLOW) && !kernel_fstat(f->fd, &opened) &&
        here.st_dev == opened.st_dev && here.st_ino == opened.st_ino)
        unlinkat(folder->fd, claimed, 0);
}

static void finish(const struct folder *folder, const struct sweep *sweep, const struct found *f)
{
    char claimed[SWEEP_NAME_BYTES];
    static char path[1200];
    struct summary s = {0};
    const uint32_t mark = LEDGER_CLAIMED;
    bool wanted = ledger_first_process(&f->view) && !is_written(f);
    if (wanted && summary_from_ledger(&f->view, NULL, &s))
        return;
    if ((!is_written(f) && pwrite(f->fd, &mark, sizeof mark, offsetof(struct ledger_header, writer)) != sizeof mark) ||
        !sweep_claim(folder->fd, f->name, claimed)) {
        summary_free(&s);
        return;
    }
    if (!wanted || !summary_is_worth_a_file(&s) || write_summary(f, sweep, &s)) {
        remove_claimed(folder, f, claimed);
    } else {
        renameat(folder->fd, claimed, folder->fd, f->name);
        snprintf(path, sizeof path, "%s/%s", folder->path, f->name);
        say(&s, ", could not be written; its ledger stays", sweep, f->is_child ? path : "");
    }
    summary_free(&s);
}

/* ---- of a node ---- */

/* Load one of its ledgers. False: nobody's, damaged, or of no use. */
static bool load_part(struct found *f, uint32_t number)
{
    struct node_slot slot;
    const char *why;
    size_t bytes = sizeof header;
    return ledger_node_slot(f->fd, number, &slot) && looks_right(f->fd, (off_t)ledger_node_place(&slot, 0, &bytes)) &&
           !ledger_load_part(f->fd, number, &f->view, &why);
}

static bool is_of_a_living(const struct found *f)
{
    return !is_written(f) && ledger_somebody_lives(&f->view);
}

static bool node_is_ours(const struct folder *folder, const struct sweep *how, struct found *f, uint32_t slots)
{
    bool ours = true;
    for (uint32_t i = 0; i < slots && ours; i++) {
        if (!load_part(f, i))
            continue;
        const struct ledger_process *root = ledger_first_process(&f->view);
        ours = root && !is_of_a_living(f) && (is_written(f) || is_for_us(folder, how, f, root->ppid));
        ledger_unload(&f->view);
    }
    return ours;
}

/* Writes what is not written yet, and notes that: of a claimer that dies, the rest is for the next one. */
static bool write_part(struct found *f, const struct sweep *how, uint32_t number)
{
    const uint32_t mark = LEDGER_REMOVED;
    struct node_slot slot;
    struct summary s = {0};
    size_t bytes = sizeof mark;
    bool done = is_written(f);
    if (!done && !summary_from_ledger(&f->view, NULL, &s)) {
        f->parsed.pid = s.pid;
        f->is_known = false;
        f->signal = f->status = 0;
        is_dead(f); /* and how it ended */
        done = !summary_is_worth_a_file(&s) || write_summary(f, how, &s);
        summary_free(&s);
        if (done && ledger_node_slot(f->fd, number, &slot))
            done = pwrite(f->fd, &mark, sizeof mark,
                          (off_t)ledger_node_place(&slot, offsetof(struct ledger_header, writer), &bytes)) == sizeof mark;
    }
    return done;
}

static void finish_node(const struct folder *folder, const struct sweep *how, struct found *f, uint32_t slots)
{
    char claimed[SWEEP_NAME_BYTES];
    bool done = true;
    struct node_slot slot;
    if (!node_is_ours(folder, how, f, slots) || !sweep_claim(folder->fd, f->name, claimed))
        return;
    for (uint32_t i = 0; i < slots; i++) {
        if (!load_part(f, i)) {
            ledger_node_slot(f->fd, i, &slot);
            done &= !slot.count; /* damaged: for somebody to look at */
            continue;
        }
        done &= write_part(f, how, i);
        ledger_unload(&f->view);
    }
    if (done)
        remove_claimed(folder, f, claimed);
    else
        renameat(folder->fd, claimed, folder->fd, f->name);
}

/* ---- folders ---- */

/* Its process was killed while it was made, a minute ago or more: nothing stands in it. The time is for processes of another
 * pid namespace, which are not known to live. */
static void remove_unready(const struct folder *folder, const struct found *f)
{
    struct stat st;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (is_private(f->fd, LARGEST) && !kernel_fstat(f->fd, &st) && st.st_mtim.tv_sec < now.tv_sec - 60)
        unlinkat(folder->fd, f->name, 0);
}

static void look_at(const struct folder *folder, const struct sweep *how, const char *name)
{
    struct found f = {.name = name};
    const char *why;
    if (!sweep_parse(name, &f.parsed) || f.parsed.pid == (uint32_t)getpid() || !is_dead(&f) || sweep_is_claimed(&f.parsed))
        return;
    left--;
    f.fd = openat(folder->fd, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (f.fd < 0)
        return;
    uint32_t slots = f.parsed.unready ? 0 : ledger_node_slots(f.fd);
    if (f.parsed.unready)
        remove_unready(folder, &f);
    else if (slots && is_private(f.fd, slots * LARGEST))
        finish_node(folder, how, &f, slots);
    else if (is_private(f.fd, LARGEST) && looks_right(f.fd, 0) && !ledger_load_open(f.fd, &f.view, &why)) {
        const struct ledger_process *root = ledger_first_process(&f.view);
        if ((!root || root->pid == f.parsed.pid) && !is_in_use(&f.view) && is_for_us(folder, how, &f, root ? root->ppid : 0))
            finish(folder, how, &f);
        ledger_unload(&f.view);
    }
    close(f.fd);
}

static bool goes_on(const struct sweep *how)
{
    return left && elapsed_ns() < (how->children_only ? CHILD_PATIENCE_NS : PATIENCE_NS);
}

static void look_through(const struct folder *folder, const struct sweep *how, int depth);

/* Clears up after a `flopshim run` that was killed: the ledgers in its folder, the link to the library, and the folder. */
static void look_into(const struct folder *parent, const struct sweep *how, const char *name)
{
    struct stat st;
    struct folder folder = {.path = name, .fd = openat(parent->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (folder.fd < 0)
        return;
    if (!kernel_fstat(folder.fd, &st) && st.st_uid == geteuid() && !(st.st_mode & 077) &&
        !ledger_is_watched(folder.fd, LEDGER_WATCHED)) {
        look_through(&folder, how, 1);
        unlinkat(folder.fd, LEDGER_WATCHED, 0);
        unlinkat(folder.fd, PRELOAD_LIBRARY, 0);
        unlinkat(parent->fd, name, AT_REMOVEDIR);
    }
    close(folder.fd);
}

/* Reads the folder by getdents64, because opendir() allocates. */
static void look_through(const struct folder *folder, const struct sweep *how, int depth)
{
    long length;
    while (goes_on(how) && (length = syscall(SYS_getdents64, folder->fd, buffers[depth], sizeof buffers[depth])) > 0)
        for (long at = 0; at < length && goes_on(how);) {
            const struct dirent64 *entry = (const struct dirent64 *)(const void *)(buffers[depth] + at);
            at += entry->d_reclen;
            if (strncmp(entry->d_name, "flopshim", 8) != 0)
                continue;
            if (entry->d_name[8] == '.')
                look_at(folder, how, entry->d_name);
            else if (!depth && !how->children_only && sweep_run_is_dead(entry->d_name))
                look_into(folder, how, entry->d_name);
        }
}

void sweep_folder(const char *path, const struct sweep *how)
{
    int saved = errno;
    struct folder folder = {.path = path, .fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK)};
    if (folder.fd >= 0) {
        folder.runner = sweep_run_of(path_base(path));
        bool is_of_run = folder.runner;
        if (is_of_run && !ledger_pid_lives(folder.runner))
            folder.runner = 0;
        left = LEDGERS;
        begun_ns = 0;
        begun_ns = elapsed_ns();
        if (!is_of_run || !ledger_is_watched(folder.fd, LEDGER_WATCHED))
            look_through(&folder, how, 0);
        close(folder.fd);
    }
    errno = saved;
}
