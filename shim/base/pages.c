/* Private memory from the kernel (pages.h). */
#include "pages.h"
#include <errno.h>
#include <sys/mman.h>

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
