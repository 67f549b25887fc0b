/* Changes of words that only their own thread changes, and others may read at any time: by one instruction each, so that no
 * handler of a signal, which may change them as well, comes in between. No other thread's change is minded: no bus lock. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

/* True: it wrapped. */
static inline bool local_add(uint64_t *word, uint64_t more)
{
#ifdef __x86_64__
    bool wrapped;
    __asm__ volatile("addq %[more], %[word]" : [word] "+m"(*word), "=@ccc"(wrapped) : [more] "re"(more) : "memory");
    return wrapped;
#else
    return __atomic_fetch_add(word, more, __ATOMIC_RELAXED) > UINT64_MAX - more;
#endif
}

/* At most to UINT64_MAX. How much it grew. */
static inline uint64_t local_add_saturating(uint64_t *word, uint64_t more)
{
    if (__builtin_expect(local_add(word, more), 0)) {
        more -= 1 + *word;
        __atomic_store_n(word, UINT64_MAX, __ATOMIC_RELAXED);
    }
    return more;
}

/* What it was. */
static inline uint32_t local_count(uint32_t *counter)
{
#ifdef __x86_64__
    uint32_t was = 1;
    __asm__ volatile("xaddl %[was], %[counter]" : [counter] "+m"(*counter), [was] "+r"(was) : : "cc", "memory");
    return was;
#else
    return __atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
#endif
}
