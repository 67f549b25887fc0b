/* Reading the ledger of a node (ledger_node_read.h). Its ranks may change what is read; nothing in it is believed without its
 * seal. */
#include "ledger_node_read.h"
#include "kernel.h"
#include "ledger_node_seal.h"
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

uint32_t ledger_node_slots(int fd)
{
    struct node_header node;
    struct stat st;
    if (pread(fd, &node, sizeof node, 0) != (ssize_t)sizeof node || memcmp(node.magic, NODE_MAGIC, sizeof node.magic) != 0 ||
        node.format != LEDGER_FORMAT || node.seal != node_seal(&node) || node.slots > NODE_SLOTS)
        return 0;
    return kernel_fstat(fd, &st) || (size_t)st.st_size < node_head_bytes(node.slots) ? 0 : node.slots;
}

bool ledger_is_of_node(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    bool is = fd >= 0 && ledger_node_slots(fd);
    if (fd >= 0)
        close(fd);
    return is;
}

static bool is_sound(const struct node_slot *slot, uint32_t number, size_t file_bytes)
{
    size_t bytes = 0;
    if (!slot->count || slot->count > NODE_EXTENTS)
        return false;
    for (uint32_t i = 0; i < slot->count; i++) {
        const struct node_extent *e = &slot->extents[i];
        if (e->seal != node_seal_extent(e, number, i) || e->place % NODE_PAGE || e->bytes % NODE_PAGE ||
            e->place > file_bytes || e->bytes > file_bytes - e->place)
            return false;
        bytes += e->bytes;
    }
    return bytes >= LEDGER_PAGE && bytes <= LEDGER_MAX_BYTES;
}

bool ledger_node_slot(int fd, uint32_t number, struct node_slot *slot)
{
    struct stat st;
    off_t at = (off_t)(sizeof(struct node_header) + number * sizeof *slot);
    slot->count = 0;
    return pread(fd, slot, sizeof *slot, at) == (ssize_t)sizeof *slot && !kernel_fstat(fd, &st) &&
           is_sound(slot, number, (size_t)st.st_size);
}

size_t ledger_node_bytes(const struct node_slot *slot)
{
    size_t bytes = 0;
    for (uint32_t i = 0; i < slot->count; i++)
        bytes += slot->extents[i].bytes;
    return bytes;
}

uint64_t ledger_node_place(const struct node_slot *slot, size_t at, size_t *bytes)
{
    for (uint32_t i = 0; i < slot->count; i++) {
        const struct node_extent *e = &slot->extents[i];
        if (at < e->bytes) {
            *bytes = *bytes < e->bytes - at ? *bytes : e->bytes - at;
            return e->place + at;
        }
        at -= e->bytes;
    }
    *bytes = 0;
    return 0;
}

int ledger_part_parse(const char *path, char *file, size_t size)
{
    const char *mark = strrchr(path, NODE_PART);
    size_t length = mark ? (size_t)(mark - path) : 0;
    bool is_part = length > strlen(".ledger") && !strncmp(mark - strlen(".ledger"), ".ledger", strlen(".ledger")) && mark[1] &&
                   strspn(mark + 1, "0123456789") == strlen(mark + 1) && strlen(mark + 1) < 6;
    snprintf(file, size, "%.*s", is_part ? (int)length : (int)strlen(path), path);
    return is_part ? atoi(mark + 1) : -1;
}

void ledger_parts(const char *path, void (*visit)(const char *, void *), void *data)
{
    char name[PATH_MAX + 8];
    struct node_slot slot;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    uint32_t slots = fd < 0 ? 0 : ledger_node_slots(fd);
    for (uint32_t i = 0; i < slots; i++)
        if (ledger_node_slot(fd, i, &slot) || slot.count) {
            snprintf(name, sizeof name, "%s%c%u", path, NODE_PART, i);
            visit(name, data);
        }
    if (fd >= 0)
        close(fd);
    if (!slots)
        visit(path, data);
}
