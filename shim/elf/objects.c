/* Reads the dynamic sections of loaded objects. An object that is unloaded meanwhile by another thread is the reader's
 * risk, so lists are used at once and never kept, or within objects_hold. */
#include "objects.h"
#include "path.h"
#include <dlfcn.h>
#include <string.h>

struct tables {
    const ElfW(Sym) * symbols;
    const char *strings;
    const uint32_t *gnu_hash;
    const ElfW(Rela) * relocations, *calls; /* calls: those of the procedure linkage table */
    size_t relocation_bytes, call_bytes;
};

struct list {
    struct object *objects;
    size_t count;
};

static int add_object(struct dl_phdr_info *info, size_t size, void *data)
{
    struct list *list = data;
    (void)size;
    if (list->count == OBJECTS_MAX)
        return 1;
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
            list->objects[list->count++] = (struct object){info->dlpi_name, info->dlpi_addr,
                                                           (const ElfW(Dyn) *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr)};
    return 0;
}

size_t objects_list(struct object *objects)
{
    struct list list = {objects, 0};
    dl_iterate_phdr(add_object, &list);
    return list.count;
}

struct holding {
    void (*act)(void *data);
    void *data;
};

static int act_and_stop(struct dl_phdr_info *info, size_t size, void *data)
{
    const struct holding *holding = data;
    (void)info, (void)size;
    holding->act(holding->data);
    return 1;
}

/* dl_iterate_phdr holds the lock under which objects are unmapped; it may be called from within. */
void objects_hold(void (*act)(void *), void *data)
{
    dl_iterate_phdr(act_and_stop, &(struct holding){act, data});
}

bool object_holding(uintptr_t address, struct object *object)
{
    struct dl_find_object found;
    if (_dl_find_object((void *)address, &found) || !found.dlfo_link_map)
        return false;
    const struct link_map *map = found.dlfo_link_map;
    *object = (struct object){map->l_name, map->l_addr, map->l_ld};
    return true;
}

bool object_at(uintptr_t address, uintptr_t *start, uintptr_t *end, const char **path)
{
    struct dl_find_object found;
    if (_dl_find_object((void *)address, &found))
        return false;
    *start = (uintptr_t)found.dlfo_map_start;
    *end = (uintptr_t)found.dlfo_map_end;
    *path = found.dlfo_link_map ? found.dlfo_link_map->l_name : "";
    return true;
}

/* The loader has relocated the addresses in most objects' dynamic sections, but not in the vDSO's. */
static const void *address_of(const struct object *o, ElfW(Addr) value)
{
    return (const void *)(value < o->base ? value + o->base : value);
}

const void *object_table(const struct object *o, int64_t tag)
{
    for (const ElfW(Dyn) *d = o->dynamic; d->d_tag != DT_NULL; d++)
        if (d->d_tag == tag)
            return address_of(o, d->d_un.d_ptr);
    return NULL;
}

static bool read_tables(const struct object *o, struct tables *t)
{
    memset(t, 0, sizeof *t);
    for (const ElfW(Dyn) *d = o->dynamic; d->d_tag != DT_NULL; d++) {
        if (d->d_tag == DT_SYMTAB)
            t->symbols = address_of(o, d->d_un.d_ptr);
        else if (d->d_tag == DT_STRTAB)
            t->strings = address_of(o, d->d_un.d_ptr);
        else if (d->d_tag == DT_GNU_HASH)
            t->gnu_hash = address_of(o, d->d_un.d_ptr);
        else if (d->d_tag == DT_RELA)
            t->relocations = address_of(o, d->d_un.d_ptr);
        else if (d->d_tag == DT_RELASZ)
            t->relocation_bytes = d->d_un.d_val;
        else if (d->d_tag == DT_JMPREL)
            t->calls = address_of(o, d->d_un.d_ptr);
        else if (d->d_tag == DT_PLTRELSZ)
            t->call_bytes = d->d_un.d_val;
    }
    return t->symbols && t->strings;
}

static uint32_t hash_of(const char *name)
{
    uint32_t h = 5381;
    for (; *name; name++)
        h = h * 33 + (unsigned char)*name;
    return h;
}

/* The GNU hash table: four words (buckets, first hashed symbol, bloom words, shift), bloom, buckets, chains. */
struct gnu_hash {
    uint32_t buckets, first, words, shift;
    const ElfW(Addr) * bloom;
    const uint32_t *bucket, *chain;
};

static bool read_hash(const struct tables *t, struct gnu_hash *g)
{
    if (!t->gnu_hash || !t->gnu_hash[0] || !t->gnu_hash[2])
        return false;
    *g = (struct gnu_hash){t->gnu_hash[0], t->gnu_hash[1], t->gnu_hash[2], t->gnu_hash[3], NULL, NULL, NULL};
    g->bloom = (const ElfW(Addr) *)(t->gnu_hash + 4);
    g->bucket = (const uint32_t *)(g->bloom + g->words);
    g->chain = g->bucket + g->buckets;
    return true;
}

static void *function_at(const struct object *o, const ElfW(Sym) * symbol)
{
    bool function = ELF64_ST_TYPE(symbol->st_info) == STT_FUNC && symbol->st_shndx != SHN_UNDEF;
    return function ? (void *)(o->base + symbol->st_value) : NULL;
}

/* An object without a GNU hash table has the System V one, whose second word is the number of symbols. */
static uint32_t next_in_order(const struct object *o, const struct tables *t, const char *name, uint32_t after)
{
    const uint32_t *hash = object_table(o, DT_HASH);
    for (uint32_t i = after + 1; hash && !t->gnu_hash && i < hash[1]; i++)
        if (t->symbols[i].st_shndx != SHN_UNDEF && !strcmp(t->strings + t->symbols[i].st_name, name))
            return i;
    return 0;
}

uint32_t object_next_definition(const struct object *o, const char *name, uint32_t after)
{
    struct tables t;
    struct gnu_hash g;
    if (!read_tables(o, &t))
        return 0;
    if (!read_hash(&t, &g))
        return next_in_order(o, &t, name, after);
    uint32_t h = hash_of(name), i = after;
    ElfW(Addr) word = g.bloom[h / 64 % g.words];
    if (!(word >> h % 64 & word >> (h >> g.shift) % 64 & 1))
        return 0;
    if (!after && (i = g.bucket[h % g.buckets]) < g.first)
        return 0;
    for (bool skip = after != 0;; skip = false, i++) {
        uint32_t link = g.chain[i - g.first];
        if (!skip && (link | 1) == (h | 1) && !strcmp(t.strings + t.symbols[i].st_name, name))
            return i;
        if (link & 1)
            return 0;
    }
}

static const ElfW(Sym) * find_symbol(const struct object *o, const char *name)
{
    const ElfW(Sym) *symbols = object_table(o, DT_SYMTAB);
    uint32_t i = object_next_definition(o, name, 0);
    return i ? &symbols[i] : NULL;
}

void *object_function(const struct object *o, const char *name)
{
    const ElfW(Sym) *symbol = find_symbol(o, name);
    return symbol ? function_at(o, symbol) : NULL;
}

bool object_defines(const struct object *o, const char *name)
{
    const ElfW(Sym) *symbol = find_symbol(o, name);
    return symbol && symbol->st_shndx != SHN_UNDEF;
}

/* Symbols that an object needs come first in its table, before the hashed ones. */
uint32_t object_next_reference(const struct object *o, const char *name, uint32_t after)
{
    struct tables t;
    if (!read_tables(o, &t) || !t.gnu_hash)
        return 0;
    for (uint32_t i = after + 1; i < t.gnu_hash[1]; i++)
        if (t.symbols[i].st_shndx == SHN_UNDEF && !strcmp(t.strings + t.symbols[i].st_name, name))
            return i;
    return 0;
}

bool object_wants(const struct object *o, const char *name)
{
    return object_next_reference(o, name, 0) != 0;
}

bool object_wants_any(const struct object *o, bool (*is_wanted)(const char *, void *), void *data)
{
    struct tables t;
    if (!read_tables(o, &t) || !t.gnu_hash)
        return false;
    for (uint32_t i = 1; i < t.gnu_hash[1]; i++)
        if (t.symbols[i].st_shndx == SHN_UNDEF && is_wanted(t.strings + t.symbols[i].st_name, data))
            return true;
    return false;
}

static bool is_pointer(const ElfW(Rela) * r)
{
    uint64_t type = ELF64_R_TYPE(r->r_info);
    return type == R_X86_64_JUMP_SLOT || type == R_X86_64_GLOB_DAT || (type == R_X86_64_64 && !r->r_addend);
}

static void visit_pointers(const struct object *o, const struct tables *t, const ElfW(Rela) * r, size_t count,
                           void (*visit)(const char *, uintptr_t, void *), void *data)
{
    for (; r && count; r++, count--) {
        const ElfW(Sym) *symbol = &t->symbols[ELF64_R_SYM(r->r_info)];
        if (is_pointer(r) && symbol->st_shndx == SHN_UNDEF)
            visit(t->strings + symbol->st_name, *(const uintptr_t *)(o->base + r->r_offset), data);
    }
}

void object_each_pointer(const struct object *o, void (*visit)(const char *, uintptr_t, void *), void *data)
{
    struct tables t;
    if (!read_tables(o, &t))
        return;
    visit_pointers(o, &t, t.calls, t.call_bytes / sizeof *t.calls, visit, data);
    visit_pointers(o, &t, t.relocations, t.relocation_bytes / sizeof *t.relocations, visit, data);
}

bool object_needs(const struct object *o, const char *path)
{
    struct tables t;
    const char *base = path_base(path);
    if (!*base || !read_tables(o, &t))
        return false;
    for (const ElfW(Dyn) *d = o->dynamic; d->d_tag != DT_NULL; d++)
        if (d->d_tag == DT_NEEDED && !strcmp(path_base(t.strings + d->d_un.d_val), base))
            return true;
    return false;
}
