/* Reads the dynamic sections of loaded objects. An object that is unloaded meanwhile by another thread is the reader's
 * risk, so lists are used at once and never kept, or within objects_hold. */
#include "objects.h"
#include "path.h"
#include "seek.h"
#include "signals.h"
#include <stdatomic.h>
#include <string.h>

struct tables {
    const ElfW(Sym) * symbols;
    const char *strings;
    const uint32_t *gnu_hash;
    const ElfW(Rela) * relocations, *calls;        /* calls: those of the procedure linkage table */
    size_t relocation_bytes, call_bytes, relative; /* relative: how many of the relocations are of no symbol, the first ones */
};

struct list {
    struct object *objects;
    size_t count;
};

bool object_read(const struct dl_phdr_info *info, struct object *object)
{
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_DYNAMIC) {
            *object = (struct object){info->dlpi_name, info->dlpi_addr,
                                      (const ElfW(Dyn) *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr)};
            return true;
        }
    return false;
}

int objects_each(int (*visit)(struct dl_phdr_info *info, size_t size, void *data), void *data)
{
    uint64_t before = signals_hold_handlers();
    int answer = dl_iterate_phdr(visit, data);
    signals_release_handlers(before);
    return answer;
}

static int add_object(struct dl_phdr_info *info, size_t size, void *data)
{
    struct list *list = data;
    (void)size;
    if (list->count == OBJECTS_MAX)
        return 1;
    list->count += object_read(info, &list->objects[list->count]);
    return 0;
}

size_t objects_list(struct object *objects)
{
    struct list list = {objects, 0};
    objects_each(add_object, &list);
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
    objects_each(act_and_stop, &(struct holding){act, data});
}

struct named {
    const char *base_name;
    struct object *object;
};

static int is_named(struct dl_phdr_info *info, size_t size, void *data)
{
    const struct named *wanted = data;
    (void)size;
    return !strcmp(path_base(info->dlpi_name), wanted->base_name) && object_read(info, wanted->object);
}

bool object_named(const char *base_name, struct object *object)
{
    return objects_each(is_named, &(struct named){base_name, object});
}

/* ---- the object that holds an address ---- */

/* The answer of _dl_find_object, which glibc has since 2.35, as its dlfcn.h has it: no lock, and a search in a sorted table. */
struct found {
    unsigned long long flags;
    void *start, *end;
    const struct link_map *map;
    void *frames;
    unsigned long long reserved[7];
};

static bool ask(struct sought *s, int (*find)(void *, struct found *))
{
    struct found found;
    if (find((void *)s->address, &found))
        return false;
    s->start = (uintptr_t)found.start;
    s->end = (uintptr_t)found.end;
    s->object = found.map ? (struct object){found.map->l_name, found.map->l_addr, found.map->l_ld}
                          : (struct object){"", 0, NULL};
    return true;
}

/* Not by name, which would have the library need glibc 2.35. It has it in libc.so.6. NULL: there is none. */
static int (*finder(void))(void *, struct found *)
{
#ifdef FLOPSHIM_EARLY
    return NULL;
#else
    static _Atomic(uintptr_t) known; /* 1: none */
    struct object libc;
    uintptr_t find = atomic_load_explicit(&known, memory_order_relaxed);
    if (!find) {
        if (object_named("libc.so.6", &libc))
            find = (uintptr_t)object_function(&libc, "_dl_find_object");
        find = find ? find : 1;
        atomic_store_explicit(&known, find, memory_order_relaxed);
    }
    return find == 1 ? NULL : (int (*)(void *, struct found *))find;
#endif
}

static bool find_object(struct sought *s)
{
    int (*find)(void *, struct found *) = finder();
    return find ? ask(s, find) : seek_object(s);
}

bool object_holding(uintptr_t address, struct object *object)
{
    struct sought s = {.address = address};
    if (!find_object(&s) || !s.object.dynamic)
        return false;
    *object = s.object;
    return true;
}

bool object_at(uintptr_t address, uintptr_t *start, uintptr_t *end, const char **path)
{
    struct sought s = {.address = address};
    if (!find_object(&s))
        return false;
    *start = s.start;
    *end = s.end;
    *path = s.object.path;
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
        else if (d->d_tag == DT_RELACOUNT)
            t->relative = d->d_un.d_val;
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

const void *object_variable(const struct object *o, const char *name)
{
    const ElfW(Sym) *symbol = find_symbol(o, name);
    bool variable = symbol && ELF64_ST_TYPE(symbol->st_info) == STT_OBJECT && symbol->st_shndx != SHN_UNDEF;
    return variable ? (const void *)(o->base + symbol->st_value) : NULL;
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

void object_select(const struct object *o, bool (*is_selected)(const char *, void *), void *data, struct symbol_set *selected)
{
    struct tables t;
    selected->count = 0;
    if (!read_tables(o, &t) || !t.gnu_hash)
        return;
    selected->count = t.gnu_hash[1] < OBJECT_SYMBOLS ? t.gnu_hash[1] : OBJECT_SYMBOLS;
    memset(selected->bits, 0, (selected->count + 63) / 64 * sizeof *selected->bits);
    for (uint32_t i = 1; i < t.gnu_hash[1]; i++)
        if (t.symbols[i].st_shndx == SHN_UNDEF && is_selected(t.strings + t.symbols[i].st_name, data) && i < OBJECT_SYMBOLS)
            selected->bits[i / 64] |= UINT64_C(1) << i % 64;
}

static bool is_in(const struct symbol_set *selected, uint64_t symbol)
{
    return !selected || symbol >= selected->count || selected->bits[symbol / 64] >> symbol % 64 & 1;
}

static bool is_pointer(const ElfW(Rela) * r)
{
    uint64_t type = ELF64_R_TYPE(r->r_info);
    return type == R_X86_64_JUMP_SLOT || type == R_X86_64_GLOB_DAT || (type == R_X86_64_64 && !r->r_addend);
}

struct visitor {
    const struct symbol_set *selected;
    void (*visit)(const char *name, uintptr_t value, void *data);
    void *data;
};

static void visit_pointers(const struct object *o, const struct tables *t, const ElfW(Rela) * r, size_t count,
                           const struct visitor *v)
{
    for (; r && count; r++, count--) {
        uint64_t i = ELF64_R_SYM(r->r_info);
        if (is_pointer(r) && is_in(v->selected, i) && t->symbols[i].st_shndx == SHN_UNDEF)
            v->visit(t->strings + t->symbols[i].st_name, *(const uintptr_t *)(o->base + r->r_offset), v->data);
    }
}

static void visit_calls(const struct object *o, const struct tables *t, const struct visitor *v)
{
    visit_pointers(o, t, t->calls, t->call_bytes / sizeof *t->calls, v);
}

void object_each_pointer(const struct object *o, const struct symbol_set *selected,
                         void (*visit)(const char *, uintptr_t, void *), void *data)
{
    struct tables t;
    const struct visitor visitor = {selected, visit, data};
    if (!read_tables(o, &t))
        return;
    visit_calls(o, &t, &visitor);
    size_t count = t.relocation_bytes / sizeof *t.relocations, first = t.relative < count ? t.relative : count;
    visit_pointers(o, &t, t.relocations ? t.relocations + first : NULL, count - first, &visitor);
}

void object_each_call(const struct object *o, void (*visit)(const char *, uintptr_t, void *), void *data)
{
    struct tables t;
    if (read_tables(o, &t))
        visit_calls(o, &t, &(struct visitor){NULL, visit, data});
}

bool object_needs_any(const struct object *o, bool (*is_wanted)(const char *, void *), void *data)
{
    struct tables t;
    if (!read_tables(o, &t))
        return false;
    for (const ElfW(Dyn) *d = o->dynamic; d->d_tag != DT_NULL; d++)
        if (d->d_tag == DT_NEEDED && is_wanted(path_base(t.strings + d->d_un.d_val), data))
            return true;
    return false;
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
