/* The ledger of a node: read part by part, and believed only where its seals say so. */
#include "ledger_build.h"
#include "ledger_check.h"
#include "ledger_load.h"
#include "ledger_node_read.h"
#include "ledger_node_seal.h"
#include "ledger_read.h"
#include "ledger_walk.h"
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SLOTS = 3, FIRST = 12288, SECOND = 8192, MINE = 1 };

/* Slot 1 has a ledger of two extents, the second before the first one in the file; nobody is in the others. */
struct file {
    struct node_header header;
    struct node_slot slots[SLOTS];
    char rest[4096 - sizeof(struct node_header) - SLOTS * sizeof(struct node_slot)];
    char second[SECOND], first[FIRST];
};

static struct file file;

static int save(size_t bytes)
{
    int fd = memfd_create("node", 0);
    cr_assert(fd >= 0 && write(fd, &file, bytes) == (ssize_t)bytes);
    return fd;
}

static void set_extent(uint32_t index, void *data, size_t bytes)
{
    struct node_extent *e = &file.slots[MINE].extents[index];
    *e = (struct node_extent){.place = (uint64_t)((char *)data - (char *)&file), .bytes = bytes};
    e->seal = node_seal_extent(e, MINE, index);
}

static void make(void)
{
    struct ledger_build b;
    build_start(&b, FIRST + SECOND, 1024);
    size_t tallies = build_block(&b, LEDGER_TALLIES, 64, 130);
    for (int i = 0; i < 130; i++)
        build_tally(&b, tallies, "", "dgemm", 1, 1000, 1);
    build_seal(&b);
    cr_assert(b.used > FIRST && b.used <= FIRST + SECOND, "%zu bytes lie in both", b.used);
    memset(&file, 0, sizeof file);
    memcpy(file.first, b.data, FIRST);
    memcpy(file.second, b.data + FIRST, b.used - FIRST);
    free(b.data);
    memcpy(file.header.magic, NODE_MAGIC, sizeof file.header.magic);
    file.header.format = LEDGER_FORMAT;
    file.header.slots = SLOTS;
    file.header.seal = node_seal(&file.header);
    set_extent(0, file.first, FIRST);
    set_extent(1, file.second, SECOND);
    file.slots[MINE].count = 2;
}

static uint64_t flops_of(int fd, uint32_t number, const char **why)
{
    struct ledger_view view;
    struct ledger_counts counts;
    uint64_t sum = 0;
    if (ledger_load_part(fd, number, &view, why) < 0)
        return 0;
    struct ledger_cursor cursor = {.view = &view, .kind = LEDGER_TALLIES};
    const struct ledger_tally *tally;
    while ((tally = ledger_next_record(&cursor)) != NULL) {
        ledger_tally_read(tally, &counts);
        sum += counts.flops;
    }
    ledger_unload(&view);
    return sum;
}

Test(node, a_part_is_put_together_of_its_extents)
{
    const char *why = NULL;
    make();
    int fd = save(sizeof file);
    cr_expect(ledger_node_slots(fd) == SLOTS);
    cr_expect(flops_of(fd, MINE, &why) == 130000 && !why);
    cr_expect(flops_of(fd, 0, &why) == 0 && strstr(why, "nobody's part"));
    cr_expect(flops_of(fd, SLOTS, &why) == 0 && strstr(why, "fewer ranks"));
    close(fd);
}

Test(node, what_is_damaged_is_refused)
{
    struct ledger_view view;
    const char *why;
    char *slot = (char *)&file.slots[MINE].extents[0];
    for (size_t at = 0; at < 2 * sizeof(struct node_extent); at++) {
        make();
        slot[at] ^= 0x10;
        int fd = save(sizeof file);
        cr_expect(flops_of(fd, MINE, &why) == 0 && strstr(why, "damaged"), "byte %zu: %s", at, why);
        close(fd);
    }
    for (size_t at = 0; at < offsetof(struct node_header, size_bytes); at++) {
        make();
        ((char *)&file)[at] ^= 0x10;
        int fd = save(sizeof file);
        cr_expect(flops_of(fd, MINE, &why) == 0 && why, "byte %zu of the header", at);
        cr_expect(ledger_load_open(fd, &view, &why) < 0 && why, "byte %zu of the header", at);
        close(fd);
    }
}

Test(node, an_extent_outside_the_file_or_of_another_slot_is_refused)
{
    const char *why;
    make();
    int fd = save(sizeof file - 4096);
    cr_expect(flops_of(fd, MINE, &why) == 0 && strstr(why, "damaged"), "cut off");
    close(fd);
    make();
    file.slots[0] = file.slots[MINE];
    fd = save(sizeof file);
    cr_expect(flops_of(fd, 0, &why) == 0 && strstr(why, "damaged"), "of another slot");
    cr_expect(flops_of(fd, MINE, &why) == 130000);
    close(fd);
    make();
    file.slots[MINE].count = NODE_EXTENTS + 1;
    fd = save(sizeof file);
    cr_expect(flops_of(fd, MINE, &why) == 0, "more extents than there may be");
    close(fd);
}

Test(node, as_a_whole_it_is_no_ledger_of_a_process)
{
    struct ledger_view view;
    const char *why;
    make();
    int fd = save(sizeof file);
    cr_expect(ledger_load_open(fd, &view, &why) == -1 && strstr(why, "name one of them"));
    close(fd);
    file.header.format++;
    fd = save(sizeof file);
    cr_expect(ledger_load_open(fd, &view, &why) == -1 && strstr(why, "another format"));
    close(fd);
}

Test(node, parts_have_names)
{
    char name[64];
    cr_expect(ledger_part_parse("/x/flopshim.1.2.ledger#12", name, sizeof name) == 12 &&
              !strcmp(name, "/x/flopshim.1.2.ledger"));
    const char *none[] = {"/x/flopshim.1.2.ledger", "a#1", "x.ledger#", "x.ledger#a", "x.ledger#123456", ".ledger#1", ""};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        cr_expect(ledger_part_parse(none[i], name, sizeof name) == -1 && !strcmp(name, none[i]), "%s", none[i]);
}

Test(node, a_place_is_in_the_extent_that_has_it)
{
    size_t bytes = 100;
    make();
    const struct node_slot *slot = &file.slots[MINE];
    cr_expect(ledger_node_bytes(slot) == FIRST + SECOND);
    cr_expect(ledger_node_place(slot, FIRST - 40, &bytes) == slot->extents[0].place + FIRST - 40 && bytes == 40);
    bytes = 100;
    cr_expect(ledger_node_place(slot, FIRST + 8, &bytes) == slot->extents[1].place + 8 && bytes == 100);
    cr_expect(ledger_node_place(slot, FIRST + SECOND, &bytes) == 0 && bytes == 0);
}
