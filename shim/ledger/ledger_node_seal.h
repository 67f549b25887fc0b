/* Seals of a node's ledger, as those of ledger_seal.h. */
#pragma once
#include "ledger_node.h"
#include "ledger_seal.h"

static inline uint64_t node_seal(const struct node_header *node)
{
    return ledger_seal_bytes(LEDGER_FORMAT, node, offsetof(struct node_header, seal));
}

/* number: of its slot; index: among that slot's extents. */
static inline uint64_t node_seal_extent(const struct node_extent *e, uint32_t number, uint32_t index)
{
    return ledger_seal_word(ledger_seal_word(ledger_seal_word((uint64_t)number << 32 | index, e->place), e->bytes), ~e->place);
}
