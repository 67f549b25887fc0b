/* The ranks of a node have one ledger (shim/ledger/ledger_node.h). */
#pragma once
#include <stdbool.h>

/* By all ranks, once their records say that they are the job's: sets ranks.leader. Where a rank cannot share, it is alone. */
void node_join(void);
/* By all ranks: sets ranks.nodes. False: out of memory, or a message failed. */
bool node_list(void);
