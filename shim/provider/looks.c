/* What threads know of the slots' own callers (looks.h). */
#include "looks.h"
#include <stddef.h>

static struct looks *all;

void looks_add(struct looks *looks)
{
    looks->next = all;
    __atomic_store_n(&all, looks, __ATOMIC_RELEASE);
}

void looks_forget(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    for (struct looks *l = __atomic_load_n(&all, __ATOMIC_ACQUIRE); l; l = l->next)
        for (int i = 0; i < LOOKS; i++)
            if (__atomic_load_n(&l->of[i].length, __ATOMIC_RELAXED))
                __atomic_store_n(&l->of[i].length, 0, __ATOMIC_RELAXED);
}

void looks_drop(void)
{
    all = NULL;
}
