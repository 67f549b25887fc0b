/* Making a node's ledger, moving in, and growing there (ledger_node_file.h).
 *
 * A move loses nothing whenever the rank is killed: its own file is what it was until the copy is whole and mapped and its slot
 * says so; then it is marked as moved, in one store, and removed. Between these two both say the same of the same process,
 * which a summary takes once (report/merge/members.h). */
#include "ledger_node_file.h"
#include "config.h"
#include "kernel.h"
#include "ledger_alive.h"
#include "ledger_file.h"
#include "ledger_lock.h"
#include "ledger_new.h"
#include "ledger_node_read.h"
#include "ledger_node_seal.h"
#include "ledger_ours.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

struct node_header *ledger_node;
static struct node_slot *own;
static uint32_t own_number;
static char *whole; /* all of the file, where it is mapped */
static size_t whole_bytes;

static size_t head_bytes(void)
{
    return node_head_bytes(ledger_node->slots);
}

static void unmap_head(void)
{
    munmap(ledger_node, head_bytes());
    ledger_node = NULL;
    own = NULL;
}

static bool map_head(int fd, uint32_t slots)
{
    void *head = mmap(NULL, node_head_bytes(slots), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    ledger_node = head == MAP_FAILED ? NULL : head;
    return ledger_node;
}

/* ---- making it ---- */

static void fill(uint32_t slots, uint64_t nonce)
{
    memcpy(ledger_node->magic, NODE_MAGIC, sizeof ledger_node->magic);
    ledger_node->format = LEDGER_FORMAT;
    ledger_node->slots = slots;
    ledger_node->nonce = nonce;
    ledger_node->pid_namespace = ledger_pid_namespace();
    ledger_boot_id(ledger_node->boot_id);
    snprintf(ledger_node->version, sizeof ledger_node->version, "%s", FLOPSHIM_VERSION);
    ledger_node->seal = node_seal(ledger_node);
    ledger_node->size_bytes = node_head_bytes(slots);
    ledger_node->elsewhere = (uint64_t)config.limit_flops;
    ledger_node->elsewhere_high = (uint64_t)(config.limit_flops >> 64);
}

bool ledger_node_make(uint32_t slots, char *path, size_t size)
{
    char unready[640];
    uint64_t nonce = 0;
    if (!ledger_may_move() || slots > NODE_SLOTS || getrandom(&nonce, sizeof nonce, GRND_NONBLOCK) != sizeof nonce)
        return false;
    int fd = ledger_open_unready(ledger_folder(), nonce, &(struct ledger_names){path, size, unready, sizeof unready});
    if (fd < 0)
        return false;
    bool made = !ledger_reserve(fd, 0, node_head_bytes(slots)) && map_head(fd, slots);
    close(fd);
    if (made) {
        fill(slots, nonce);
        unmap_head();
        made = !rename(unready, path);
    }
    if (!made)
        unlink(unready);
    return made;
}

/* ---- moving in ---- */

static bool is_ours(const struct stat *st, const char *path)
{
    const char *folder = ledger_folder();
    size_t length = strlen(folder);
    return !ledger_why_not_safe(st) && !strncmp(path, folder, length) && path[length] == '/' && !strchr(path + length + 1, '/');
}

static bool is_from_here(const struct node_header *node)
{
    char boot_id[sizeof node->boot_id];
    ledger_boot_id(boot_id);
    return !memcmp(node->boot_id, boot_id, sizeof boot_id) && node->pid_namespace == ledger_pid_namespace() &&
           !strcmp(node->version, FLOPSHIM_VERSION);
}

static bool open_head(int fd, const char *path, uint32_t slot, struct stat *st)
{
    struct node_header header;
    uint32_t slots = ledger_node_slots(fd);
    return slot < slots && !kernel_fstat(fd, st) && is_ours(st, path) &&
           pread(fd, &header, sizeof header, 0) == (ssize_t)sizeof header && is_from_here(&header) && map_head(fd, slots);
}

/* Room at the file's end; bytes: whole pages. */
static bool give_out(int fd, size_t bytes, struct node_extent *extent)
{
    extent->bytes = bytes;
    extent->place = __atomic_fetch_add(&ledger_node->size_bytes, bytes, __ATOMIC_RELAXED);
    return !ledger_reserve(fd, extent->place, bytes);
}

static bool write_all(int fd, const char *data, size_t bytes, uint64_t place)
{
    while (bytes) {
        ssize_t done = pwrite(fd, data, bytes, (off_t)place);
        if (done < 0 && errno != EINTR)
            return false;
        done = done < 0 ? 0 : done;
        data += done;
        bytes -= (size_t)done;
        place += (uint64_t)done;
    }
    return true;
}

static bool map_extent(int fd, const struct node_extent *extent, size_t at)
{
    return mmap((char *)ledger + at, extent->bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE | MAP_FIXED, fd,
                (off_t)extent->place) != MAP_FAILED;
}

static void announce(const struct node_extent *extent)
{
    struct node_extent *place = &own->extents[own->count];
    *place = *extent;
    place->seal = node_seal_extent(place, own_number, own->count);
    __atomic_store_n(&own->count, own->count + 1, __ATOMIC_RELEASE);
}

/* The copy is behind the same addresses from here on. */
static bool move(int fd, uint32_t slot)
{
    struct node_extent extent;
    size_t backed = ledger->backed_bytes;
    own = node_slot_of(ledger_node, slot);
    own_number = slot;
    if (own->count || !give_out(fd, backed, &extent) ||
        !write_all(fd, (const char *)ledger, ledger->size_bytes, extent.place) || !map_extent(fd, &extent, 0))
        return false;
    own->pid = (uint32_t)getpid();
    announce(&extent);
    return true;
}

bool ledger_node_move(const char *path, uint32_t slot)
{
    struct stat st;
    bool moved = false;
    const uint32_t mark = LEDGER_MOVED;
    int old = ledger_may_move() ? open(ledger_path(), O_RDWR | O_NOFOLLOW | O_CLOEXEC) : -1;
    int fd = old < 0 ? -1 : open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd >= 0 && open_head(fd, path, slot, &st)) {
        moved = move(fd, slot);
        if (moved) {
            (void)!pwrite(old, &mark, sizeof mark, offsetof(struct ledger_header, writer));
            ledger_moved(path, &st);
        } else {
            unmap_head();
        }
    }
    if (fd >= 0)
        close(fd);
    if (old >= 0)
        close(old);
    return moved;
}

/* ---- there ---- */

bool ledger_node_grow(int fd, size_t from, size_t to)
{
    struct node_extent extent;
    if (own->count == NODE_EXTENTS || !give_out(fd, to - from, &extent) || !map_extent(fd, &extent, from))
        return false;
    announce(&extent);
    return true;
}

/* The others' ledgers grow meanwhile: as much as they may, or what address space there is. */
bool ledger_node_map(void)
{
    int fd = ledger_node && !whole ? open(ledger_path(), O_RDWR | O_NOFOLLOW | O_CLOEXEC) : -1;
    size_t least = 2 * ledger_node->size_bytes;
    for (whole_bytes = head_bytes() + ledger_node->slots * LEDGER_MAX_BYTES; fd >= 0 && !whole && whole_bytes > least;
         whole_bytes /= 2) {
        void *base = mmap(NULL, whole_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, 0);
        if (base != MAP_FAILED) {
            whole = base;
            break;
        }
    }
    if (fd >= 0)
        close(fd);
    return whole;
}

bool ledger_node_is_mapped(void)
{
    return whole;
}

void *ledger_node_at(uint64_t place)
{
    return place < whole_bytes - NODE_PAGE ? whole + place : NULL;
}

const struct node_slot *ledger_node_own(void)
{
    return own;
}

bool ledger_node_leave(void)
{
    bool over = true;
    __atomic_store_n(&own->is_done, 1, __ATOMIC_SEQ_CST);
    for (uint32_t i = 0; i < ledger_node->slots; i++) {
        struct node_slot *slot = node_slot_of(ledger_node, i);
        over &= !__atomic_load_n(&slot->count, __ATOMIC_SEQ_CST) || __atomic_load_n(&slot->is_done, __ATOMIC_SEQ_CST);
    }
    return over;
}

void ledger_node_forget(void)
{
    if (whole)
        munmap(whole, whole_bytes);
    whole = NULL;
    ledger_lock_use(NULL);
    if (ledger_node)
        unmap_head();
}
