/* The writing half of the ledger: makes the file, grows it, hands out records. Everything here is under shim_lock.
 *
 * Address space for the largest ledger is set aside once; the file behind it grows by posix_fallocate, because touching a
 * page that a full file system cannot back is a SIGBUS. No descriptor is kept: the program may close or count them. */
#include "ledger.h"
#include "shim.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FIRST_BYTES ((size_t)64 << 10)
#define STRING_BLOCK 4032

struct ledger_header *ledger;

static size_t mapped_bytes; /* address space */
static size_t backed_bytes; /* of it that may be touched */
static bool in_file;
static char path[600];
static dev_t device;
static ino_t inode;
static uint32_t *names; /* interned strings, open-addressed by hash; offsets in the ledger */
static uint32_t names_size, names_used;
static struct ledger_block *string_block;
static struct ledger_block *small_blocks[LEDGER_PROVIDERS + 1];

uint64_t ledger_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

const char *ledger_path(void)
{
    return in_file ? path : "";
}

/* RLIMIT_FSIZE answers with SIGXFSZ, which would end the program. */
static int reserve(int fd, size_t bytes)
{
    sigset_t limit_signal, before;
    const struct timespec now = {0, 0};
    sigemptyset(&limit_signal);
    sigaddset(&limit_signal, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &limit_signal, &before);
    int error;
    while ((error = posix_fallocate(fd, 0, (off_t)bytes)) == EINTR)
        ;
    if (error)
        sigtimedwait(&limit_signal, NULL, &now);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

static void use_memory(size_t from)
{
    void *fresh = mmap(ledger ? (char *)ledger + from : NULL, mapped_bytes - from, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (ledger ? MAP_FIXED : 0), -1, 0);
    if (fresh == MAP_FAILED)
        return;
    if (!ledger)
        ledger = fresh;
    backed_bytes = mapped_bytes;
}

/* What the file does not back yet stays closed: whoever reads all memory that is open (Memcheck's search for leaks) would
 * meet a SIGBUS every eight bytes. */
static bool open_up(size_t bytes)
{
    return !mprotect(ledger, bytes, PROT_READ | PROT_WRITE);
}

static bool try_file(const char *dir, uint64_t nonce)
{
    struct stat st;
    snprintf(path, sizeof path, "%s/flopshim.%d.%016llx.ledger", dir, (int)getpid(), (unsigned long long)nonce);
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    for (mapped_bytes = LEDGER_MAX_BYTES; mapped_bytes > FIRST_BYTES; mapped_bytes /= 8) {
        void *base = mmap(NULL, mapped_bytes, PROT_NONE, MAP_SHARED | MAP_NORESERVE, fd, 0);
        if (base != MAP_FAILED) {
            ledger = base;
            break;
        }
    }
    in_file = ledger && !fstat(fd, &st) && !reserve(fd, FIRST_BYTES) && open_up(FIRST_BYTES);
    close(fd);
    if (in_file) {
        device = st.st_dev;
        inode = st.st_ino;
        backed_bytes = FIRST_BYTES;
        return true;
    }
    unlink(path);
    if (ledger)
        munmap(ledger, mapped_bytes);
    ledger = NULL;
    return false;
}

void ledger_create(const char *dir)
{
    const char *temporary = getenv("TMPDIR");
    const char *const places[] = {dir, "/dev/shm", temporary && *temporary ? temporary : "/tmp", "/tmp"};
    uint64_t nonce = 0;
    if (getrandom(&nonce, sizeof nonce, GRND_NONBLOCK) != sizeof nonce)
        nonce = ledger_now_ns() ^ (uint64_t)getpid() << 32;
    bool asked = *dir;
    for (size_t i = asked ? 0 : 1; i < (asked ? 1 : 4) && !ledger; i++)
        try_file(places[i], nonce);
    /* The folder of a `flopshim run` that is over: what it started in the background goes on alone. */
    for (size_t i = 1; asked && errno == ENOENT && i < 4 && !ledger; i++)
        try_file(places[i], nonce);
    if (!ledger) {
        mapped_bytes = LEDGER_MAX_BYTES / 8;
        use_memory(0);
        if (!ledger)
            return;
        ledger->incomplete = LEDGER_NO_SPACE;
        message_line("flopshim: no room for the ledger in ", asked ? dir : "/dev/shm, $TMPDIR or /tmp", " (", strerror(errno),
                     "): counts live in memory only and are lost if the process is killed", NULL);
    }
    memcpy(ledger->magic, LEDGER_MAGIC, sizeof ledger->magic);
    ledger->format = LEDGER_FORMAT;
    ledger->nonce = nonce;
    ledger->size_bytes = LEDGER_PAGE;
}

/* Make [0, bytes) of the mapping usable. */
static bool grow(size_t bytes)
{
    struct stat st;
    if (bytes <= backed_bytes)
        return true;
    if (bytes > mapped_bytes)
        return false;
    size_t target = backed_bytes * 2 > bytes ? backed_bytes * 2 : bytes;
    if (target > mapped_bytes)
        target = mapped_bytes;
    int fd = in_file ? open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC) : -1;
    bool same = fd >= 0 && !fstat(fd, &st) && st.st_dev == device && st.st_ino == inode;
    bool grown = same && !reserve(fd, target) && open_up(target);
    if (fd >= 0)
        close(fd);
    if (grown) {
        backed_bytes = target;
        return true;
    }
    ledger->incomplete |= LEDGER_NO_SPACE;
    message_line("flopshim: no more room for the ledger ", path, ": further names are kept in memory only", NULL);
    use_memory(backed_bytes);
    return bytes <= backed_bytes;
}

struct ledger_block *ledger_add_block(enum ledger_kind kind, uint32_t record_bytes, uint32_t capacity)
{
    if (!ledger)
        return NULL;
    size_t start = ledger->size_bytes;
    size_t bytes = (sizeof(struct ledger_block) + (size_t)record_bytes * capacity + 63) & ~(size_t)63;
    if (!grow(start + bytes))
        return NULL;
    struct ledger_block *block = (struct ledger_block *)((char *)ledger + start);
    block->kind = kind;
    block->record_bytes = record_bytes;
    block->capacity = capacity;
    __atomic_store_n(&ledger->size_bytes, start + bytes, __ATOMIC_RELEASE);
    return block;
}

void *ledger_add(enum ledger_kind kind, uint32_t record_bytes)
{
    struct ledger_block *block = small_blocks[kind];
    if (!block || block->count == block->capacity) {
        block = ledger_add_block(kind, record_bytes, kind == LEDGER_PROVIDERS ? 7 : block ? 63 : 15);
        if (!block)
            return NULL;
        small_blocks[kind] = block;
    }
    void *record = (char *)(block + 1) + (size_t)record_bytes * block->count;
    __atomic_store_n(&block->count, block->count + 1, __ATOMIC_RELEASE);
    return record;
}

/* ---- strings ---- */

static uint32_t hash_of(const char *text)
{
    uint32_t h = 2166136261u;
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 16777619u;
    return h;
}

static uint32_t *place_of(const char *text)
{
    uint32_t i = hash_of(text) & (names_size - 1);
    while (names[i] && strcmp((char *)ledger + names[i], text))
        i = (i + 1) & (names_size - 1);
    return &names[i];
}

static bool make_room_for_name(void)
{
    if (names_used * 2 < names_size)
        return true;
    uint32_t size = names_size ? names_size * 2 : 1024;
    uint32_t *old = names;
    uint32_t old_size = names_size;
    uint32_t *fresh = mmap(NULL, size * sizeof *fresh, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (fresh == MAP_FAILED)
        return false;
    names = fresh;
    names_size = size;
    for (uint32_t i = 0; i < old_size; i++)
        if (old[i])
            *place_of((char *)ledger + old[i]) = old[i];
    if (old)
        munmap(old, old_size * sizeof *old);
    return true;
}

uint32_t ledger_intern(const char *text)
{
    size_t bytes = strlen(text) + 1;
    if (!ledger || bytes == 1 || bytes > STRING_BLOCK || !make_room_for_name())
        return 0;
    uint32_t *place = place_of(text);
    if (*place)
        return *place;
    if (!string_block || string_block->capacity - string_block->count < bytes) {
        struct ledger_block *fresh = ledger_add_block(LEDGER_STRINGS, 1, STRING_BLOCK);
        if (!fresh)
            return 0;
        string_block = fresh;
    }
    char *record = (char *)(string_block + 1) + string_block->count;
    memcpy(record, text, bytes);
    __atomic_store_n(&string_block->count, string_block->count + (uint32_t)bytes, __ATOMIC_RELEASE);
    *place = (uint32_t)(record - (char *)ledger);
    names_used++;
    return *place;
}

/* ---- the end ---- */

void ledger_remove(void)
{
    struct stat st;
    if (in_file && !lstat(path, &st) && st.st_dev == device && st.st_ino == inode)
        unlink(path);
}

void ledger_abandon(void)
{
    if (ledger)
        munmap(ledger, mapped_bytes);
    if (names)
        munmap(names, names_size * sizeof *names);
    ledger = NULL;
    names = NULL;
    names_size = names_used = 0;
    string_block = NULL;
    memset(small_blocks, 0, sizeof small_blocks);
    in_file = false;
}
