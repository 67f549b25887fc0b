/* The ledger's file: made, joined, grown, removed. Everything here is under shim_lock.
 *
 * Address space for the largest ledger is set aside once; the file behind it grows by posix_fallocate, because touching a
 * page that a full file system cannot back is a SIGBUS. No descriptor is kept: the program may close or count them. */
#include "ledger_file.h"
#include "clock.h"
#include "config.h"
#include "cost.h"
#include "kernel.h"
#include "ledger_alive.h"
#include "ledger_lost.h"
#include "ledger_new.h"
#include "ledger_node_file.h"
#include "ledger_ours.h"
#include "ledger_read.h"
#include "ledger_seal.h"
#include "ledger_self.h"
#include "message.h"
#include "origin.h"
#include "templates.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#define RESERVED_FOR_THREADS (mapped_bytes / 8) /* names may not use this up: new threads and processes need it */
#define FIRST_BYTES ((size_t)64 << 10)

struct ledger_header *ledger;

_Static_assert((int)LEDGER_DETAIL_SHAPES == (int)CONFIG_SHAPES && (int)LEDGER_DETAIL_CALLERS == (int)CONFIG_CALLERS &&
                   (int)LEDGER_DETAIL_CALLS == (int)CONFIG_CALLS,
               "the header has what was configured");

static size_t mapped_bytes;    /* address space */
static size_t used_bytes;      /* header and all blocks, where outgrown */
static size_t file_end;        /* where outgrown */
static bool in_file, outgrown; /* outgrown: blocks follow in memory that are not in the file */
static char path[600];
static dev_t device;
static ino_t inode;
static uid_t owner;

size_t ledger_file_end(void)
{
    return file_end;
}

size_t ledger_bytes(void)
{
    return outgrown ? used_bytes : ledger->size_bytes;
}

struct ledger_view ledger_view(void)
{
    return (struct ledger_view){.header = ledger, .size_bytes = ledger_bytes()};
}

void ledger_set_bytes(size_t bytes)
{
    used_bytes = bytes;
    if (outgrown)
        return;
    __atomic_store_n(&ledger->size_bytes, bytes, __ATOMIC_RELEASE);
    __atomic_store_n(&ledger->size_again, ~bytes, __ATOMIC_RELEASE);
}

const char *ledger_path(void)
{
    return in_file ? path : "";
}

/* Counts that find no room in the file are kept in memory. */
static void use_memory(size_t from)
{
    void *fresh = mmap(ledger ? (char *)ledger + from : NULL, mapped_bytes - from, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (ledger ? MAP_FIXED : 0), -1, 0);
    if (fresh == MAP_FAILED)
        return;
    if (!ledger)
        ledger = fresh;
    ledger->backed_bytes = mapped_bytes;
}

/* ---- making and joining the file ---- */

/* What the file does not back yet stays closed: whoever reads all memory that is open (Memcheck's search for leaks) would
 * meet a SIGBUS every eight bytes. A tree's is open, because other processes make it grow. */
static bool open_up(size_t bytes)
{
    return !mprotect(ledger, bytes, PROT_READ | PROT_WRITE);
}

static bool map_file(int fd, size_t smallest, bool tree)
{
    int protection = tree ? PROT_READ | PROT_WRITE : PROT_NONE;
    for (mapped_bytes = LEDGER_MAX_BYTES; mapped_bytes > smallest; mapped_bytes /= 8) {
        void *base = mmap(NULL, mapped_bytes, protection, MAP_SHARED | MAP_NORESERVE, fd, 0);
        if (base != MAP_FAILED) {
            ledger = base;
            return true;
        }
    }
    return false;
}

static void remember_file(const struct stat *st)
{
    device = st->st_dev;
    inode = st->st_ino;
    owner = st->st_uid;
    in_file = true;
}

static void fill_header(enum ledger_scope scope, uint64_t nonce)
{
    memcpy(ledger->magic, LEDGER_MAGIC, sizeof ledger->magic);
    ledger->format = LEDGER_FORMAT;
    ledger->scope = scope;
    ledger->nonce = nonce;
    ledger->pid_namespace = ledger_pid_namespace();
    ledger_boot_id(ledger->boot_id);
    ledger->convention = (uint32_t)config.convention;
    ledger->detail = config.detail;
    snprintf(ledger->version, sizeof ledger->version, "%s", FLOPSHIM_VERSION);
    snprintf(ledger->cost_model, sizeof ledger->cost_model, "%s", COST_MODEL);
    gethostname(ledger->host, sizeof ledger->host - 1);
    snprintf(ledger->folder, sizeof ledger->folder, "%s", origin_folder());
    if (templates_settle(config.output, ledger->output, sizeof ledger->output))
        strcpy(ledger->output, config.output);
    ledger->seal = ledger_seal_header(ledger);
    ledger_set_bytes(LEDGER_PAGE);
}

static bool try_file(const char *dir, uint64_t nonce, enum ledger_scope scope)
{
    struct stat st;
    char unready[sizeof path + sizeof LEDGER_UNREADY];
    int fd = ledger_open_unready(dir, nonce, &(struct ledger_names){path, sizeof path, unready, sizeof unready});
    if (fd < 0)
        return false;
    bool made = !kernel_fstat(fd, &st) && !ledger_reserve(fd, 0, FIRST_BYTES) &&
                map_file(fd, FIRST_BYTES, scope == LEDGER_SCOPE_TREE) && open_up(FIRST_BYTES);
    int saved = errno;
    close(fd);
    if (made) {
        ledger->backed_bytes = FIRST_BYTES;
        fill_header(scope, nonce);
        made = !rename(unready, path);
        saved = errno;
    }
    if (made) {
        remember_file(&st);
        return true;
    }
    ledger_unmap();
    unlink(unready);
    errno = saved;
    return false;
}

static void complain(const char *dir, enum ledger_scope scope)
{
    message_line("flopshim: no room for the ledger in ", *dir ? dir : "/dev/shm, $TMPDIR or /tmp", " (", strerror(errno),
                 scope == LEDGER_SCOPE_TREE ? "), which the processes of a tree share: each is counted by itself"
                                            : "): counts live in memory only and are lost if the process is killed",
                 NULL);
}

/* Without an output, and a folder that was asked for, nobody would read the file of a process. */
static bool is_wanted(enum ledger_scope scope)
{
    return *config.ledger_dir || scope == LEDGER_SCOPE_TREE || !templates_are_none(config.output);
}

bool ledger_lacks_file(void)
{
    return !in_file && is_wanted((enum ledger_scope)ledger->scope);
}

static bool create_in_memory(enum ledger_scope scope, uint64_t nonce)
{
    mapped_bytes = LEDGER_MAX_BYTES / 8;
    use_memory(0);
    if (ledger)
        fill_header(scope, nonce);
    return ledger;
}

bool ledger_create(const char *dir, enum ledger_scope scope)
{
    const char *temporary = getenv("TMPDIR");
    const char *const places[] = {dir, "/dev/shm", temporary && *temporary ? temporary : "/tmp", "/tmp"};
    uint64_t nonce = 0;
    if (getrandom(&nonce, sizeof nonce, GRND_NONBLOCK) != sizeof nonce)
        nonce = clock_now_ns() ^ (uint64_t)getpid() << 32;
    if (!is_wanted(scope))
        return create_in_memory(scope, nonce);
    if (origin_is_confined() && scope == LEDGER_SCOPE_PROCESS)
        return create_in_memory(scope, nonce);
    bool asked = *dir, made = false;
    for (size_t i = asked ? 0 : 1; i < (asked ? 1 : 4) && !made; i++)
        made = try_file(places[i], nonce, scope);
    /* The folder of a `flopshim run` that is over: what it started in the background goes on alone. */
    for (size_t i = 1; asked && errno == ENOENT && i < 4 && !made; i++)
        made = try_file(places[i], nonce, scope);
    if (made)
        return true;
    complain(dir, scope);
    return scope != LEDGER_SCOPE_TREE && create_in_memory(scope, nonce);
}

bool ledger_join(const char *file, uint64_t nonce, const char **why)
{
    struct stat st;
    int fd = open(file, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || kernel_fstat(fd, &st)) {
        *why = errno == ENOENT ? "its tree has ended, or it was removed" : "it cannot be opened";
        if (fd >= 0)
            close(fd);
        return false;
    }
    *why = ledger_why_not_safe(&st);
    if (!*why && (size_t)st.st_size < FIRST_BYTES)
        *why = "it is no ledger";
    if (!*why && !map_file(fd, (size_t)st.st_size, true))
        *why = "there is no address space for it";
    close(fd);
    if (*why)
        return false;
    *why = ledger_why_not_ours(ledger, nonce, mapped_bytes);
    if (*why) {
        munmap(ledger, mapped_bytes);
        ledger = NULL;
        return false;
    }
    snprintf(path, sizeof path, "%s", file);
    remember_file(&st);
    return true;
}

/* ---- growing ---- */

static bool grow_file(int fd, size_t target)
{
    return !ledger_reserve(fd, 0, target) && (ledger->scope == LEDGER_SCOPE_TREE || open_up(target));
}

bool ledger_grow(size_t bytes)
{
    struct stat st;
    if (bytes <= ledger->backed_bytes)
        return true;
    if (bytes > mapped_bytes)
        return false;
    size_t target = ledger->backed_bytes * 2 > bytes ? ledger->backed_bytes * 2 : (bytes + NODE_PAGE - 1) & ~(NODE_PAGE - 1);
    if (target > mapped_bytes)
        target = mapped_bytes;
    bool may_open = in_file && !origin_is_confined();
    int fd = may_open ? open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC) : -1;
    bool same = fd >= 0 && !kernel_fstat(fd, &st) && st.st_dev == device && st.st_ino == inode;
    bool grown = same && (ledger_node ? ledger_node_grow(fd, ledger->backed_bytes, target) : grow_file(fd, target));
    if (fd >= 0)
        close(fd);
    if (grown) {
        ledger->backed_bytes = target;
        return true;
    }
    if (in_file)
        self_incomplete(LEDGER_NO_SPACE);
    /* Who shares the account could not see what one has in memory. */
    if (ledger->scope == LEDGER_SCOPE_TREE || ledger_node_is_mapped())
        return false;
    if (in_file)
        message_line("flopshim: no more room for the ledger ", path, ": further names are kept in memory only", NULL);
    outgrown = true;
    file_end = ledger->backed_bytes;
    use_memory(file_end);
    return bytes <= ledger->backed_bytes;
}

/* ---- the end ---- */

bool ledger_is_mine(void)
{
    return !in_file || owner == geteuid();
}

bool ledger_is_lost(void)
{
    struct stat st;
    if (!in_file)
        return false;
    if (kernel_lstat(path, &st))
        return ledger_mapping_is_orphaned(ledger, path);
    return st.st_dev != device || st.st_ino != inode;
}

static const char *folder_of(char folder[sizeof path])
{
    strcpy(folder, path);
    char *slash = strrchr(folder, '/');
    if (slash)
        *slash = 0;
    return folder;
}

bool ledger_has_folder(void)
{
    struct stat st;
    char folder[sizeof path];
    return !kernel_lstat(folder_of(folder), &st);
}

const char *ledger_folder(void)
{
    static char folder[sizeof path];
    if (*path)
        return folder_of(folder);
    return *config.ledger_dir ? config.ledger_dir : "/dev/shm";
}

bool ledger_is_watched_here(void)
{
    char name[sizeof path + sizeof LEDGER_WATCHED];
    strcpy(name, path);
    char *slash = strrchr(name, '/');
    if (!in_file || !slash)
        return false;
    strcpy(slash + 1, LEDGER_WATCHED);
    return ledger_is_watched(AT_FDCWD, name);
}

bool ledger_may_move(void)
{
    return in_file && !outgrown && ledger->scope == LEDGER_SCOPE_PROCESS && !ledger_node && !origin_is_confined() &&
           !ledger_is_lost();
}

/* What of the old file was mapped and not open yet goes too. Its pages are the new one's as they come. */
void ledger_moved(const char *file, const struct stat *st)
{
    size_t from = ledger->backed_bytes;
    if (!ledger_is_watched_here())
        unlink(path);
    if (mapped_bytes > from)
        (void)!mmap((char *)ledger + from, mapped_bytes - from, PROT_NONE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    snprintf(path, sizeof path, "%s", file);
    remember_file(st);
}

/* The mark comes before the question: whoever watches gives that up before it looks for marks a last time. */
void ledger_remove(void)
{
    if (in_file && !ledger_is_lost()) {
        __atomic_store_n(&ledger->writer, LEDGER_REMOVED, __ATOMIC_SEQ_CST);
        bool is_over = !ledger_node || ledger_node_leave();
        if (ledger_is_watched_here())
            return;
        if (is_over)
            unlink(path);
    }
    in_file = false; /* threads that are still running then go on in memory */
}

static void forget(void)
{
    ledger_node_forget();
    ledger = NULL;
    in_file = outgrown = false;
    file_end = 0;
}

void ledger_unmap(void)
{
    if (ledger)
        munmap(ledger, mapped_bytes);
    forget();
}

/* Of what was mapped: so much is read, and what is open is written to. */
static void make_private(struct ledger_header *of, size_t mapped, size_t read)
{
    size_t open = of->backed_bytes & ~(NODE_PAGE - 1); /* a file says so: not more than there is */
    void *own = open && open <= mapped
                    ? mmap(NULL, open, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
                    : MAP_FAILED;
    if (own != MAP_FAILED)
        memcpy(own, of, read <= open ? read : 0);
    if (own == MAP_FAILED || mremap(own, open, open, MREMAP_MAYMOVE | MREMAP_FIXED, of) == MAP_FAILED)
        open = 0;
    if (open < mapped)
        munmap((char *)of + open, mapped - open);
}

void ledger_leave(bool is_read)
{
    if (ledger)
        make_private(ledger, mapped_bytes, is_read ? ledger_bytes() : 0);
    forget();
}

void ledger_join_anew(void)
{
    struct ledger_header *old = ledger;
    size_t mapped = mapped_bytes, used = ledger_bytes();
    char file[sizeof path];
    const char *why;
    if (!in_file || origin_is_confined())
        return;
    strcpy(file, path);
    if (ledger_join(file, old->nonce, &why)) {
        make_private(old, mapped, used);
    } else {
        ledger = old;
        mapped_bytes = mapped;
    }
}

bool ledger_has_room(void)
{
    return ledger && ledger_bytes() < mapped_bytes - RESERVED_FOR_THREADS;
}
