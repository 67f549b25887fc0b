/* The ledger of a node: one file of the ranks of an MPI job that share memory. It is a header, a slot for each rank, then
 * extents: those of a slot, one behind the other, are a ledger as a process has it alone (ledger.h), which its rank maps in one
 * piece. So what a rank writes is its own, has bounds of its own, and where it is damaged no other is. In common they have the
 * file, and what the node holds of the job's budget.
 *
 * A rank that has counted before it is here moves in: its ledger is copied, page by page, and the copy mapped in its place, so
 * that every record stays at its address. Until then, and where it cannot, it has a file of its own. */
#pragma once
#include "ledger.h"

#define NODE_MAGIC "FLOPNODE"
#define NODE_PAGE ((size_t)4096)
#define NODE_EXTENTS 15 /* each doubles a ledger, but for the first */
#define NODE_SLOTS 4096
#define NODE_PART '#' /* behind the file's name, and then a number: one of its ledgers */

struct node_extent {
    uint64_t place; /* in the file; whole pages, as are */
    uint64_t bytes;
    uint64_t seal;
};

struct node_slot {
    uint32_t count;   /* of extents, stored after them; 0: nobody has moved in */
    uint32_t is_done; /* its rank has ended, and nothing of it is wanted any more */
    uint32_t pid;
    uint32_t unused[3];
    struct node_extent extents[NODE_EXTENTS];
};

struct node_header {
    char magic[8];
    uint32_t format; /* LEDGER_FORMAT */
    uint32_t slots;
    uint64_t nonce;
    uint64_t pid_namespace; /* as in a ledger's header */
    char boot_id[40];
    char version[24];
    uint64_t seal; /* of all before */

    uint64_t size_bytes; /* header, slots, and all extents that were given out */
    uint64_t lock;       /* of the account: its holder, or 0 */
    uint64_t drawing;    /* which rank asks the job for more: likewise */
    uint64_t draws;      /* how often one got it */
    uint64_t elsewhere;  /* of the limit: what the node does not hold; its lower half, */
    uint64_t elsewhere_high;
    uint64_t unused[13];
};

_Static_assert(sizeof(struct node_header) == 256 && sizeof(struct node_slot) == 384, "the file is laid out so");

static inline size_t node_head_bytes(uint32_t slots)
{
    return (sizeof(struct node_header) + (size_t)slots * sizeof(struct node_slot) + NODE_PAGE - 1) & ~(NODE_PAGE - 1);
}

static inline struct node_slot *node_slot_of(struct node_header *node, uint32_t slot)
{
    return (struct node_slot *)(node + 1) + slot;
}
