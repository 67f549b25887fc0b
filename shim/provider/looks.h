/* Whose calls the entries count that count calls (CALL_FREE): the slots' own callers, as each thread has them at hand. */
#pragma once
#include <stdint.h>

/* One a symbol with such an entry (forward_looks). A length of 0: not known to this thread, as in memory that was wiped. */
#define LOOKS 160
struct looks {
    struct {
        uintptr_t start;
        uintptr_t length;
    } of[LOOKS];
    struct looks *next;
};

/* A thread's, from here on to be forgotten with all others. They stay. One thread at a time. */
void looks_add(struct looks *looks);

/* A slot's own caller is no longer that, which its slot says already. Whoever takes one over (call_keep_look) stores it, then
 * looks whether the slot has it still. Lock-free. */
void looks_forget(void);

void looks_drop(void); /* in a fork child: those there are lie in memory that was wiped */
