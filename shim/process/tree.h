/* Process trees: one ledger, and one first account, that a process shares with all that it starts. In a ledger of one
 * process everything here is trivially true. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* FLOP_SCOPE=tree: join the ledger that FLOP_TREE names, or make one and name it there. Ends the process with status 2
 * where a limit could not be kept. At start, once. */
void tree_enter(void);

/* This process may count, though it has no record yet: the ledger stays until it has ended. */
void tree_register(void);

/* No other process that has joined still lives, or means to go on. */
bool tree_is_over(void);

/* Whose turn is it to write the tree's summary? Told after the process has noted its own end. */
bool tree_begin_writing(bool at_any_rate);
/* Written. False: somebody ended meanwhile, write again. The file is removed where nobody lives any more. */
bool tree_end_writing(void);

/* Around a fork: between the two its child is waited for. */
void tree_before_fork(void);
void tree_in_child(void);
