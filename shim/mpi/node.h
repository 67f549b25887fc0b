/* The ranks of a node have one ledger (shim/ledger/ledger_node.h). */
#pragma once

/* By all ranks, once their records say that they are the job's: sets ranks.leader. Where a rank cannot share, it is alone. */
void node_join(void);
