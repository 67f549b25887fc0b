/* May this process write to a ledger that another has made? NULL, or why not. */
#pragma once
#include "ledger.h"

struct stat;

/* The file: this user's alone. */
const char *ledger_why_not_safe(const struct stat *st);
/* The mapped header: that of the tree of this nonce. */
const char *ledger_why_not_ours(const struct ledger_header *ledger, uint64_t nonce, size_t mapped_bytes);
