/* The model of a summary, read from a ledger. */
#pragma once
#include "ledger_read.h"
#include "summary_model.h"

/* 0, or -1 where memory ran out. Used and calls are sums over the tallies. `namespace_`: NULL for the whole, else only tallies
 * and accounts of that namespace and what is dotted below it ("forward" covers "forward.attn"); the budget is then that
 * namespace's. */
int summary_from_ledger(const struct ledger_view *view, const char *namespace_, struct summary *summary);
