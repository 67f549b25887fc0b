/* What the dynamic loader has loaded, read from its own tables: no dlsym. */
#pragma once
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OBJECTS_MAX 2048

struct object {
    const char *path; /* "" for the main program; the loader's own string */
    uintptr_t base;   /* load bias */
    const ElfW(Dyn) * dynamic;
};

/* What dl_iterate_phdr tells of. False: it has no dynamic section. */
bool object_read(const struct dl_phdr_info *info, struct object *object);

/* dl_iterate_phdr, without a handler of a signal in between: of a lock that was just taken the C library does not know yet who
 * has it, and a handler that calls the loader then would wait for its own thread. Two system calls. */
int objects_each(int (*visit)(struct dl_phdr_info *info, size_t size, void *data), void *data);

/* The loaded objects in load order, at most OBJECTS_MAX. */
size_t objects_list(struct object *list);

/* Call `act` where nothing is unloaded meanwhile: it may read objects, and must call neither the loader nor anybody's code. */
void objects_hold(void (*act)(void *data), void *data);

/* The object that holds an address: its first and last byte + 1, its path. False: none (code made at run time). */
bool object_at(uintptr_t address, uintptr_t *start, uintptr_t *end, const char **path);

/* The address of a function that the object defines; NULL: none, or one that only the loader can choose (an IFUNC). */
void *object_function(const struct object *o, const char *name);

/* The address of a variable that the object defines, or NULL. */
const void *object_variable(const struct object *o, const char *name);

/* The index of the next symbol of that name which the object defines, or leaves undefined; 0: no more. A name may have several
 * versions. */
uint32_t object_next_definition(const struct object *o, const char *name, uint32_t after);
uint32_t object_next_reference(const struct object *o, const char *name, uint32_t after);

/* What an entry of the dynamic section points to; NULL: there is none. */
const void *object_table(const struct object *o, int64_t tag);

/* Does the object leave this dynamic symbol undefined? */
bool object_wants(const struct object *o, const char *name);

/* Does the object list the library of this path (by its base name) among those it needs? */
bool object_needs(const struct object *o, const char *path);

/* Is any of those, by its base name, wanted? */
bool object_needs_any(const struct object *o, bool (*is_wanted)(const char *name, void *data), void *data);

/* The object that holds an address. */
bool object_holding(uintptr_t address, struct object *object);

/* The first loaded object whose file has this name. */
bool object_named(const char *base_name, struct object *object);

/* Does the object define this dynamic symbol, be it a function that only the loader can choose? */
bool object_defines(const struct object *o, const char *name);

/* Symbols of one object, by their indices. Those beyond `count` are in it, be they so or not. */
#define OBJECT_SYMBOLS 8192
struct symbol_set {
    uint32_t count;
    uint64_t bits[OBJECT_SYMBOLS / 64];
};

/* The dynamic symbols that it leaves undefined and that are selected; each is asked about once. */
void object_select(const struct object *o, bool (*is_selected)(const char *name, void *data), void *data,
                   struct symbol_set *selected);

/* Call `visit` with every pointer to an undefined symbol that the loader has filled in, or will at its first use; of selected
 * symbols, or of all (NULL). */
void object_each_pointer(const struct object *o, const struct symbol_set *selected,
                         void (*visit)(const char *name, uintptr_t value, void *data), void *data);

/* The same, of the pointers only by which it calls functions. One that leads into the object itself is to be filled in at the
 * first call. */
void object_each_call(const struct object *o, void (*visit)(const char *name, uintptr_t value, void *data), void *data);
