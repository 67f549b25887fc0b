/* A lookup compares the hash of a name with those in its bucket of the GNU hash table (hide.h), the lowest bit left out, which
 * marks a bucket's last; a name whose hash there is another one is not found. The table lies in this library's own pages, which
 * are the process's own copy once they are written to. */
#include "hide.h"
#include "objects.h"
#include <elf.h>
#include <sys/mman.h>
#include <unistd.h>

#define OTHER_HASH 2u
#define IS_LAST 1u

/* DT_GNU_HASH; behind it a filter of `filter_words` words, the buckets, and the hashes from symbol `first` on. */
struct table {
    uint32_t bucket_count, first, filter_words, shift;
};

struct hiding {
    const ElfW(Sym) * symbols;
    uintptr_t base, start, end;
    const uint32_t *buckets;
    uint32_t bucket_count, first;
    uint32_t *hashes; /* of symbol `first` and on */
};

static bool begin(struct hiding *h)
{
    struct object own;
    if (!object_holding(h->start, &own))
        return false;
    const struct table *table = object_table(&own, DT_GNU_HASH);
    h->symbols = object_table(&own, DT_SYMTAB);
    h->base = own.base;
    if (!table || !h->symbols)
        return false;
    h->buckets = (const uint32_t *)((const uintptr_t *)(table + 1) + table->filter_words);
    h->bucket_count = table->bucket_count;
    h->first = table->first;
    h->hashes = (uint32_t *)(h->buckets + table->bucket_count);
    return true;
}

/* The symbol behind the last one. */
static uint32_t count(const struct hiding *h)
{
    uint32_t last = 0;
    for (uint32_t i = 0; i < h->bucket_count; i++)
        last = h->buckets[i] > last ? h->buckets[i] : last;
    while (last >= h->first && !(h->hashes[last - h->first] & IS_LAST))
        last++;
    return last + 1;
}

static void hide(const struct hiding *h, uint32_t symbols)
{
    for (uint32_t i = h->first; i < symbols; i++)
        if (h->base + h->symbols[i].st_value - h->start < h->end - h->start)
            h->hashes[i - h->first] ^= OTHER_HASH;
}

bool hide_functions(uintptr_t start, uintptr_t end)
{
    struct hiding h = {.start = start, .end = end};
    if (!begin(&h))
        return false;
    uint32_t symbols = count(&h);
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), low = (uintptr_t)h.hashes & -page;
    size_t bytes = (uintptr_t)(h.hashes + symbols) - low;
    if (symbols <= h.first || mprotect((void *)low, bytes, PROT_READ | PROT_WRITE))
        return false;
    hide(&h, symbols);
    mprotect((void *)low, bytes, PROT_READ);
    return true;
}
