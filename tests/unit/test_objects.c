/* Which object holds an address, and a table of that: as with a C library before 2.35, compared with what this one's
 * _dl_find_object says. */
#define FLOPSHIM_EARLY
#include "../../shim/elf/objects.c"
#include "../../shim/elf/seek.c"
#include <criterion/criterion.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static void expect_the_same(uintptr_t address)
{
    struct dl_find_object wanted;
    uintptr_t start, end;
    const char *path;
    struct object object;
    bool known = !_dl_find_object((void *)address, &wanted);
    cr_assert_eq(object_at(address, &start, &end, &path), known, "%#lx", address);
    cr_assert_eq(object_holding(address, &object), known, "%#lx", address);
    if (!known)
        return;
    const struct link_map *map = wanted.dlfo_link_map;
    cr_expect_eq(start, (uintptr_t)wanted.dlfo_map_start, "%s starts at %#lx, not %p", path, start, wanted.dlfo_map_start);
    cr_expect_eq(end, (uintptr_t)wanted.dlfo_map_end, "%s ends at %#lx, not %p", path, end, wanted.dlfo_map_end);
    cr_expect_str_eq(path, map->l_name);
    cr_expect_str_eq(object.path, map->l_name);
    cr_expect_eq(object.base, map->l_addr);
    cr_expect_eq((const void *)object.dynamic, (const void *)map->l_ld);
}

Test(objects, every_loaded_object_is_found_by_all_its_addresses)
{
    static struct object list[OBJECTS_MAX];
    cr_assert(dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL), "%s", dlerror());
    size_t count = objects_list(list);
    cr_expect_gt(count, 5);
    for (size_t i = 0; i < count; i++) {
        struct dl_find_object object;
        cr_assert(!_dl_find_object((void *)list[i].dynamic, &object));
        uintptr_t start = (uintptr_t)object.dlfo_map_start, end = (uintptr_t)object.dlfo_map_end;
        const uintptr_t addresses[] = {start - 1, start, start + 1, start + (end - start) / 2, end - 1, end};
        for (size_t n = 0; n < sizeof addresses / sizeof *addresses; n++)
            expect_the_same(addresses[n]);
    }
}

Test(objects, memory_of_no_object_is_in_none)
{
    void *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int local = 0;
    expect_the_same(0);
    expect_the_same(UINTPTR_MAX);
    expect_the_same((uintptr_t)page);
    expect_the_same((uintptr_t)&local);
    munmap(page, 4096);
}

Test(objects, what_was_closed_is_no_object_and_what_was_opened_is_one)
{
    static const char *const libraries[] = {"libopenblas.so.0", "libblas.so.3", "libm.so.6"};
    for (int i = 0; i < 30; i++) {
        void *handle = dlopen(libraries[i % 3], RTLD_NOW | RTLD_LOCAL);
        cr_assert(handle, "%s", dlerror());
        void *inside = dlsym(handle, i % 3 == 2 ? "fmin" : "ddot_");
        cr_assert(inside);
        expect_the_same((uintptr_t)inside);
        dlclose(handle);
        expect_the_same((uintptr_t)inside);
    }
}

static void *opens_and_closes(void *stop)
{
    while (!atomic_load((atomic_bool *)stop))
        dlclose(dlopen("libblas.so.3", RTLD_NOW | RTLD_LOCAL));
    return NULL;
}

Test(objects, threads_that_load_and_seek_get_right_answers)
{
    atomic_bool stop = false;
    pthread_t others[2];
    for (int i = 0; i < 2; i++)
        cr_assert(!pthread_create(&others[i], NULL, opens_and_closes, &stop));
    for (int i = 0; i < 20000; i++) {
        expect_the_same((uintptr_t)&getpid);
        expect_the_same((uintptr_t)&expect_the_same);
        expect_the_same((uintptr_t)&stop);
    }
    atomic_store(&stop, true);
    for (int i = 0; i < 2; i++)
        pthread_join(others[i], NULL);
}

Test(objects, a_taken_table_is_neither_read_nor_written)
{
    expect_the_same((uintptr_t)&getpid);
    atomic_store(&taken, true);
    table.count = 0;
    expect_the_same((uintptr_t)&getpid);
    expect_the_same(0);
    cr_expect_eq(table.count, 0);
}

Test(objects, an_object_is_found_by_the_name_of_its_file)
{
    struct object object;
    cr_assert(object_named("libc.so.6", &object));
    cr_expect(object_function(&object, "getpid") != NULL);
    cr_expect(!object_function(&object, "flopshim_none"));
    cr_expect(!object_named("libc.so", &object));
    cr_expect(!object_named("no.so.6", &object));
}

/* ---- what an object needs ---- */

struct visited {
    size_t count, asked;
    struct pointer {
        const char *name;
        uintptr_t value;
    } pointers[20000];
};

static void note_pointer(const char *name, uintptr_t value, void *data)
{
    struct visited *v = data;
    cr_assert(v->count < sizeof v->pointers / sizeof *v->pointers);
    v->pointers[v->count++] = (struct pointer){name, value};
}

static bool begins_with_s(const char *name, void *data)
{
    struct visited *v = data;
    v->asked++;
    return *name == 's';
}

static bool asks_for_all(const char *name, void *data)
{
    (void)name;
    ++*(size_t *)data;
    return true;
}

/* Of a library with pointers of every kind. */
Test(objects, pointers_to_selected_symbols_are_those_of_all_that_have_their_names)
{
    static struct visited all, some;
    static struct symbol_set set, everything;
    struct object object;
    size_t asked = 0, next = 0;
    cr_assert(dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL), "%s", dlerror());
    cr_assert(object_named("libopenblas.so.0", &object) || object_named("libopenblasp-r0.3.21.so", &object));
    object_select(&object, begins_with_s, &some, &set);
    object_select(&object, asks_for_all, &asked, &everything);
    cr_expect(some.asked == asked && asked > 50 && set.count > asked);
    object_each_pointer(&object, NULL, note_pointer, &all);
    object_each_pointer(&object, &set, note_pointer, &some);
    cr_expect(some.count > 3 && some.count < all.count);
    for (size_t i = 0; i < all.count; i++) {
        if (*all.pointers[i].name != 's')
            continue;
        cr_assert(next < some.count && some.pointers[next].name == all.pointers[i].name);
        cr_expect_eq(some.pointers[next++].value, all.pointers[i].value);
    }
    cr_expect_eq(next, some.count);
    some.count = 0;
    object_each_pointer(&object, &everything, note_pointer, &some);
    cr_expect_eq(some.count, all.count);
}
