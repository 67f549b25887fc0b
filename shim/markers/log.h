/* What is in an op log, as flopshim.h has it. The owner of the log only. */
#pragma once
#include "flopshim.h"
#include "oplog.h"

/* How many calls it has: of one of the first calls, from index 0 on. */
static inline uint64_t log_kept(const struct oplog *log)
{
    return log->count < log->capacity ? log->count : log->capacity;
}

/* False: it is not kept any more, or not there yet. */
bool log_read(const struct oplog *log, uint64_t index, struct flopshim_operation *operation);
