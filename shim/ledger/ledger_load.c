/* A ledger file, read into memory. */
#include "ledger_load.h"
#include "kernel.h"
#include "ledger_check.h"
#include "ledger_node_read.h"
#include "ledger_read.h"
#include "ledger_walk.h"
#include "pages.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOAD_ATTEMPTS 5
#define TALLY_ATTEMPTS 64
#define TALLIES_AT_WORK 1024 /* more are damage, not threads */

/* A file, or a part of a node's. */
struct source {
    int fd;
    const struct node_slot *part; /* NULL: all of it */
};

/* How much of it could be read, or -1 with errno. */
static ssize_t read_whole(const struct source *source, char *data, size_t size_bytes, size_t from)
{
    size_t done = 0;
    while (done < size_bytes) {
        size_t piece = size_bytes - done;
        uint64_t at = source->part ? ledger_node_place(source->part, from + done, &piece) : from + done;
        ssize_t got = pread(source->fd, data + done, piece, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (!got)
            break;
        done += (size_t)got;
    }
    return (ssize_t)done;
}

/* A tally that the copy caught between two stores of its owner. Reading all of a busy ledger again would catch others. */
static bool settle_tally(const struct source *source, const struct ledger_view *view, struct ledger_tally *tally)
{
    struct ledger_counts counts;
    struct ledger_tally fresh;
    size_t offset = (size_t)((char *)tally - (const char *)view->header);
    bool sound = ledger_tally_read(tally, &counts);
    for (int i = 0; !sound && i < TALLY_ATTEMPTS; i++) {
        if (read_whole(source, (char *)&fresh, sizeof fresh, offset) != sizeof fresh)
            break;
        sound = ledger_tally_read(&fresh, &counts);
        if (sound && fresh.namespace_ == tally->namespace_ && fresh.operation == tally->operation)
            *tally = fresh;
    }
    return sound;
}

/* And a shape that it caught being changed. */
static bool settle_shape(const struct source *source, const struct ledger_view *view, struct ledger_shape *shape)
{
    struct ledger_counts counts;
    struct ledger_shape fresh, copy;
    size_t offset = (size_t)((char *)shape - (const char *)view->header);
    for (int i = 0; i < TALLY_ATTEMPTS; i++) {
        if (read_whole(source, (char *)&fresh, sizeof fresh, offset) != sizeof fresh)
            break;
        if (fresh.tally != shape->tally || ledger_shape_read(&fresh, &copy, &counts) != LEDGER_SHAPE_SOUND)
            continue;
        *shape = fresh;
        return true;
    }
    return false;
}

static bool settle_shapes(const struct source *source, const struct ledger_view *view, enum ledger_kind kind)
{
    bool changed = false;
    int failed = 0;
    struct ledger_cursor cursor = {.view = view, .kind = kind};
    const struct ledger_shape *shape;
    while (failed < TALLIES_AT_WORK && (shape = ledger_next_record(&cursor)) != NULL) {
        struct ledger_counts counts;
        struct ledger_shape copy;
        enum ledger_shape_state state = ledger_shape_read(shape, &copy, &counts);
        if (state == LEDGER_SHAPE_UNUSED || state == LEDGER_SHAPE_SOUND)
            continue;
        bool settled = settle_shape(source, view, (struct ledger_shape *)(uintptr_t)shape);
        changed |= settled;
        failed += !settled;
    }
    return changed;
}

static bool settle_tallies(const struct source *source, const struct ledger_view *view)
{
    bool changed = false;
    int failed = 0;
    struct ledger_cursor cursor = {.view = view, .kind = LEDGER_TALLIES};
    const struct ledger_tally *tally;
    while (failed < TALLIES_AT_WORK && (tally = ledger_next_record(&cursor)) != NULL) {
        struct ledger_counts counts;
        if (ledger_tally_read(tally, &counts))
            continue;
        bool settled = settle_tally(source, view, (struct ledger_tally *)(uintptr_t)tally);
        changed |= settled;
        failed += !settled;
    }
    return changed;
}

static bool settle(const struct source *source, const struct ledger_view *view)
{
    bool tallies = settle_tallies(source, view), shapes = settle_shapes(source, view, LEDGER_SHAPES);
    return settle_shapes(source, view, LEDGER_CALLERS) || tallies || shapes;
}

/* A copy, not a mapping of the file: whoever can write it could cut it or change it after the check. A living process may
 * add a record and its string between two reads of ours, so what looks damaged or doubtful is read again. */
static int load_copy(const struct source *source, size_t size_bytes, struct ledger_view *view, const char **why)
{
    char *data = pages_reserve(size_bytes);
    if (!data) {
        errno = ENOMEM;
        return -1;
    }
    for (int attempt = 1; attempt <= LOAD_ATTEMPTS; attempt++) {
        ssize_t got = read_whole(source, data, size_bytes, 0);
        if (got < 0)
            break;
        int result = ledger_check(data, (size_t)got, view, why);
        if (result == 0 && view->doubtful && settle(source, view))
            result = ledger_check(data, (size_t)got, view, why);
        if (result == 0 && (!view->doubtful || attempt == LOAD_ATTEMPTS)) {
            *why = NULL;
            return mprotect(data, size_bytes, PROT_READ);
        }
    }
    pages_free(data, size_bytes);
    return -1;
}

/* NULL: it is not a node's. */
static const char *node_problem(int fd)
{
    struct node_header node;
    if (pread(fd, &node, sizeof node, 0) != (ssize_t)sizeof node || memcmp(node.magic, NODE_MAGIC, sizeof node.magic) != 0)
        return NULL;
    return ledger_problem_text(node.format != LEDGER_FORMAT ? LEDGER_OTHER_FORMAT
                               : ledger_node_slots(fd) == 0 ? LEDGER_BAD_HEADER
                                                            : LEDGER_OF_NODE);
}

int ledger_load_open(int fd, struct ledger_view *view, const char **why)
{
    struct stat status;
    *why = NULL;
    if (kernel_fstat(fd, &status))
        return -1;
    *why = !S_ISREG(status.st_mode)               ? ledger_problem_text(LEDGER_NO_LEDGER)
           : (size_t)status.st_size < LEDGER_PAGE ? ledger_problem_text(LEDGER_TOO_SHORT)
                                                  : node_problem(fd);
    if (!*why && (size_t)status.st_size > LEDGER_MAX_BYTES)
        *why = ledger_problem_text(LEDGER_BAD_SIZE);
    return *why ? -1 : load_copy(&(struct source){.fd = fd}, (size_t)status.st_size, view, why);
}

int ledger_load_part(int fd, uint32_t number, struct ledger_view *view, const char **why)
{
    struct node_slot part;
    uint32_t slots = ledger_node_slots(fd);
    *why = !slots || number >= slots              ? ledger_problem_text(LEDGER_NO_PART)
           : !ledger_node_slot(fd, number, &part) ? ledger_problem_text(LEDGER_BAD_PART)
                                                  : NULL;
    return *why ? -1 : load_copy(&(struct source){fd, &part}, ledger_node_bytes(&part), view, why);
}

int ledger_load(const char *path, struct ledger_view *view, const char **why)
{
    char file[PATH_MAX];
    int part = ledger_part_parse(path, file, sizeof file);
    *why = NULL;
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return -1;
    int result = part < 0 ? ledger_load_open(fd, view, why) : ledger_load_part(fd, (uint32_t)part, view, why);
    int saved = errno;
    close(fd);
    errno = saved;
    return result;
}

void ledger_unload(const struct ledger_view *view)
{
    pages_free((void *)(uintptr_t)view->header, view->size_bytes);
}
