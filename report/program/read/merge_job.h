/* What the ranks of an MPI job have left on this machine. */
#pragma once
#include "members.h"

/* Adds the ranks of the job whose ledgers lie where ledgers do (ledger_folders.h). -1 after a message. */
int merge_read_job(struct members *members, uint32_t job_number);
/* Adds those whose ledgers, JSON summaries or merges lie in a folder; what is of other jobs or none is passed over. The same.
 */
int merge_read_folder(struct members *members, const char *folder, uint32_t job_number);
