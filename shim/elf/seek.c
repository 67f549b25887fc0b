/* The object that holds an address, without _dl_find_object (seek.h). What dl_iterate_phdr showed is kept, and holds until the
 * loader has counted another object: it tells that with the first one that it shows, so that the others are not gone through.
 * Whoever finds the table taken (by a thread, or by what its own handler of a signal came into) goes through them. */
#include "seek.h"
#include <stdatomic.h>

static struct {
    uintptr_t starts[OBJECTS_MAX], ends[OBJECTS_MAX];
    struct object objects[OBJECTS_MAX];
    size_t count;
    unsigned long long loads, unloads; /* of the loader's, when it was made; no loads: it is not whole */
} table;
static atomic_bool taken;

struct search {
    struct sought *sought;
    bool has_begun, makes, found;
};

static void read_range(const struct dl_phdr_info *info, struct sought *s)
{
    s->start = UINTPTR_MAX;
    s->end = 0;
    s->object = (struct object){info->dlpi_name, info->dlpi_addr, NULL};
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type == PT_DYNAMIC)
            s->object.dynamic = (const ElfW(Dyn) *)(info->dlpi_addr + header->p_vaddr);
        if (header->p_type != PT_LOAD)
            continue;
        if (!s->end)
            s->start = info->dlpi_addr + (header->p_vaddr & -(ElfW(Addr))4096);
        s->end = info->dlpi_addr + header->p_vaddr + header->p_memsz; /* they are in ascending order */
    }
}

static bool look_up(struct sought *s)
{
    for (size_t i = 0; i < table.count; i++)
        if (s->address >= table.starts[i] && s->address < table.ends[i]) {
            *s = (struct sought){s->address, table.starts[i], table.ends[i], table.objects[i]};
            return true;
        }
    return false;
}

/* One more than there is room for is told by the count. */
static void keep(const struct sought *s)
{
    if (table.count < OBJECTS_MAX) {
        table.starts[table.count] = s->start;
        table.ends[table.count] = s->end;
        table.objects[table.count] = s->object;
    }
    table.count++;
}

/* True: the table holds, and the search is over. */
static bool begin(struct search *s, const struct dl_phdr_info *info)
{
    s->has_begun = true;
    if (atomic_exchange(&taken, true))
        return false;
    if (table.loads && table.loads == info->dlpi_adds && table.unloads == info->dlpi_subs) {
        s->found = look_up(s->sought);
        atomic_store(&taken, false);
        return true;
    }
    s->makes = true;
    table.count = 0;
    table.loads = info->dlpi_adds;
    table.unloads = info->dlpi_subs;
    return false;
}

static int visit(struct dl_phdr_info *info, size_t size, void *data)
{
    struct search *s = data;
    struct sought here = {.address = s->sought->address};
    (void)size;
    if (!s->has_begun && begin(s, info))
        return 1;
    read_range(info, &here);
    if (s->makes)
        keep(&here);
    if (here.address >= here.start && here.address < here.end) {
        *s->sought = here;
        s->found = true;
    }
    return s->found && !s->makes;
}

bool seek_object(struct sought *sought)
{
    struct search s = {.sought = sought};
    objects_each(visit, &s);
    if (s.makes) {
        if (table.count > OBJECTS_MAX)
            table.loads = 0;
        atomic_store(&taken, false);
    }
    return s.found;
}
