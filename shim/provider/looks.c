/* What threads know of the slots' own callers (looks.h). */
#include "looks.h"
#include <stddef.h>

/* No call returns to the first byte of an object: a range of that is nobody's, and yet not forgotten. */
#define BEGUN 1

static struct looks *all;

void looks_add(struct looks *looks)
{
    looks->next = all;
    __atomic_store_n(&all, looks, __ATOMIC_RELEASE);
}

void looks_begin(struct looks *looks, int i, uintptr_t start, uint64_t *check)
{
    __atomic_fetch_or(&looks->known[i / 64], UINT64_C(1) << i % 64, __ATOMIC_RELAXED); /* a handler may take over as well */
    __atomic_store_n(&looks->of[i].length, BEGUN, __ATOMIC_RELAXED);
    __atomic_store_n(&looks->of[i].start, start, __ATOMIC_RELEASE);
    __atomic_store_n(&looks->of[i].check, check, __ATOMIC_RELEASE);
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void looks_finish(struct looks *looks, int i, uintptr_t length)
{
    uintptr_t begun = BEGUN;
    if (length)
        __atomic_compare_exchange_n(&looks->of[i].length, &begun, length, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
    else
        __atomic_store_n(&looks->of[i].length, 0, __ATOMIC_RELAXED);
}

static void forget(struct looks *looks)
{
    for (int i = 0; i < LOOKS_WORDS; i++)
        for (uint64_t left = __atomic_load_n(&looks->known[i], __ATOMIC_RELAXED); left; left &= left - 1)
            __atomic_store_n(&looks->of[64 * i + __builtin_ctzll(left)].length, 0, __ATOMIC_RELAXED);
}

/* No handler comes in between: under shim_lock. */
void looks_forget_own(struct looks *looks)
{
    forget(looks);
    for (int i = 0; i < LOOKS_WORDS; i++)
        __atomic_store_n(&looks->known[i], 0, __ATOMIC_RELAXED);
}

void looks_forget_of(struct looks *looks)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    forget(looks);
}

void looks_forget(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    for (struct looks *l = __atomic_load_n(&all, __ATOMIC_ACQUIRE); l; l = l->next)
        forget(l);
}

void looks_drop(void)
{
    all = NULL;
}
