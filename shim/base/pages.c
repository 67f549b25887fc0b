/* Private memory from the kernel (pages.h). */
#include "pages.h"
#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

/* Places to borrow. One that is never given back (a vfork child that was killed, a fork child's copy of another thread's) costs
 * whoever comes later a mapping. */
#define PLACES 4
static struct place {
    _Alignas(64) char bytes[PAGES_BORROWED];
} places[PLACES];
static atomic_bool is_taken[PLACES];

static void *map(size_t bytes, int flags)
{
    int saved = errno;
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | flags, -1, 0);
    errno = saved;
    return memory == MAP_FAILED ? NULL : memory;
}

void *pages_get(size_t bytes)
{
    return map(bytes, MAP_PRIVATE);
}

void *pages_reserve(size_t bytes)
{
    return map(bytes, MAP_PRIVATE | MAP_NORESERVE);
}

void *pages_share(size_t bytes)
{
    return map(bytes, MAP_SHARED);
}

void pages_free(void *memory, size_t bytes)
{
    int saved = errno;
    if (memory)
        munmap(memory, bytes);
    errno = saved;
}

void *pages_borrow(size_t bytes, bool zeroed)
{
    for (size_t i = 0; bytes <= PAGES_BORROWED && i < PLACES; i++)
        if (!atomic_exchange(&is_taken[i], true))
            return zeroed ? memset(places[i].bytes, 0, bytes) : places[i].bytes;
    return pages_reserve(bytes);
}

void pages_return(void *memory, size_t bytes)
{
    uintptr_t at = (uintptr_t)memory - (uintptr_t)places;
    if (at < sizeof places)
        atomic_store(&is_taken[at / sizeof *places], false);
    else
        pages_free(memory, bytes);
}
