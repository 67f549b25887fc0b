/* What one row of a namespace is made of: operations and accounts. Used by summary.c. No malloc. */
#pragma once
#include "ledger.h"
#include "summary_model.h"

/* The operations used in a namespace, or an account opened with its name. */
struct part {
    const char *name;
    struct summary_operation *operations;
    size_t operation_count;
    const struct ledger_account *account; /* NULL: operations */
};

/* By name; of one name operations first, then accounts opened anew, then accounts opened again. */
void parts_sort(struct part *parts, size_t count);

/* The row of the namespace of the first of these sorted parts, of a process that ended then; returns how many are of it. */
size_t parts_fold(const struct part *parts, size_t count, uint64_t end_ns, struct summary_namespace *to);

/* By first use, then by name. */
void operations_sort(struct summary_operation *operations, size_t count);
