/* Whose calls the entries count that count calls (CALL_FREE), and where: the slots' own callers, as each thread has them at
 * hand. Where such a call goes on is for all threads one (ways.h). */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* One a symbol with such an entry (forward_looks). */
#define LOOKS 160
#define LOOKS_WORDS ((LOOKS + 63) / 64)
struct looks {
    struct {
        uintptr_t start;
        uintptr_t length; /* 0: not known to this thread, as in memory that was wiped */
        uint64_t *check;  /* of the tally that they are counted in, to be believed where the caller is known */
    } of[LOOKS];
    uint64_t known[LOOKS_WORDS]; /* bits: of these some may be known */
    struct looks *next;
};

/* A thread's, from here on to be forgotten with all others. They stay. One thread at a time. */
void looks_add(struct looks *looks);

/* A thread takes one over in three steps: it begins, makes sure that all it is made of holds, and finishes. Whoever makes
 * something of that hold no more says so first and forgets the look then, so that a look that was begun before is none.
 * length: 0 where something does not hold, whatever a handler has made of it meanwhile. */
void looks_begin(struct looks *looks, int i, uintptr_t start, uint64_t *check);
void looks_finish(struct looks *looks, int i, uintptr_t length);

/* Of the calling thread, under shim_lock; of any; of all threads: a slot's own caller is no longer that, which its slot says
 * already. Lock-free. */
void looks_forget_own(struct looks *looks);
void looks_forget_of(struct looks *looks);
void looks_forget(void);

/* Twice a context: are there any? */
static inline bool looks_are_known(const struct looks *looks)
{
    return looks->known[0] | looks->known[1] | looks->known[2];
}
_Static_assert(LOOKS_WORDS == 3, "all of them");

void looks_drop(void); /* in a fork child: those there are lie in memory that was wiped */
