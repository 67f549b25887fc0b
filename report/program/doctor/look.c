/* One pass over a file's dynamic symbols, and over its bytes only where those leave something open. */
#include "look.h"
#include "blas_names.h"
#include "deepbind.h"
#include "engine_rows.h"
#include "path.h"
#include "pure.h"
#include "target.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pass {
    struct looked *looked;
    bool maps_memory;
    unsigned suffixed; /* names with the suffix of the first one */
};

static void copy(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%.*s", (int)size - 1, from);
}

/* ---- symbols ---- */

const char *look_suffix(const char *name)
{
    char beginning[64];
    size_t length = strlen(name);
    if (*name == '_' || length >= sizeof beginning)
        return NULL;
    memcpy(beginning, name, length + 1);
    for (size_t i = length; i-- > 4;) { /* a name may be empty */
        beginning[i] = 0;
        if ((name[i - 1] == '_' || name[i] == '_') && blas_named(beginning) >= 0)
            return name + i;
    }
    return NULL;
}

static bool is_in(const char *name, const char *const *names)
{
    while (*names && strcmp(name, *names) != 0)
        names++;
    return *names;
}

static void take_reference(struct looked *l, const char *name)
{
    static const char *const openers[] = {"dlopen", "dlmopen", NULL};
    static const char *const starters[] = {"execve",  "execv",       "execvp",       "execvpe", "execl", "execlp", "execle",
                                           "fexecve", "posix_spawn", "posix_spawnp", "system",  "popen", NULL};
    int routine = blas_named(name);
    if (routine >= 0 && l->routine < 0) {
        l->routine = routine;
        copy(l->wants, sizeof l->wants, name);
    }
    if (routine < 0 && !*l->suffixed && look_suffix(name))
        copy(l->suffixed, sizeof l->suffixed, name);
    l->opens |= is_in(name, openers);
    l->starts |= is_in(name, starters);
    for (size_t i = 0; i < engine_count; i++)
        for (size_t call = 0; call < 2 && engines[i].calls[call]; call++)
            if (engine_matches(name, engines[i].calls[call]))
                l->uses |= 1U << i;
}

/* One name may have come about by chance; a library that has another with that suffix is a private build. */
static void take_suffix(struct pass *pass, const char *suffix)
{
    struct looked *l = pass->looked;
    if (!pass->suffixed)
        copy(l->suffix, sizeof l->suffix, suffix);
    pass->suffixed += !strcmp(l->suffix, suffix);
}

static bool take_symbol(const char *name, const Elf64_Sym *symbol, void *data)
{
    struct pass *pass = data;
    struct looked *l = pass->looked;
    if (symbol->st_shndx == SHN_UNDEF) {
        take_reference(l, name);
        pass->maps_memory |= !strcmp(name, "mmap");
        return false;
    }
    bool is_ours = blas_named(name) >= 0;
    const char *suffix = is_ours || l->is_pure ? NULL : look_suffix(name);
    if (!*l->exports && is_ours)
        copy(l->exports, sizeof l->exports, name);
    if (suffix)
        take_suffix(pass, suffix);
    for (size_t i = 0; i < engine_count; i++)
        if (!engines[i].file && !strcmp(name, engines[i].exports))
            l->engines |= 1U << i;
    return false;
}

/* ---- engines, by the file's name ---- */

static bool matches_pattern(const char *name, void *pattern)
{
    return engine_matches(name, pattern);
}

static void find_engines(struct looked *l, const struct elf_file *elf)
{
    for (size_t i = 0; i < engine_count; i++) {
        const struct engine *e = &engines[i];
        if (e->file && engine_matches(path_base(l->path), e->file))
            l->engines |= 1U << i;
        if ((!*e->calls && l->is_pure) || e->before_shim ||
            (e->without && elf_find_needed(elf, matches_pattern, (void *)(uintptr_t)e->without)))
            l->engines &= ~(1U << i);
    }
}

/* ---- a BLAS inside ---- */

static bool has_text(const struct elf_file *elf, const char *first, const char *second)
{
    char text[96]; /* put together here, so that the program does not hold it itself */
    snprintf(text, sizeof text, "%s%s", first, second);
    return memmem(elf->bytes, elf->size, text, strlen(text));
}

static bool is_stripped(const struct elf_file *elf)
{
    Elf64_Shdr section;
    for (unsigned i = 0; elf_section_at(elf, i, &section); i++)
        if (section.sh_type == SHT_SYMTAB)
            return false;
    return true;
}

struct reach {
    const char *name;
    bool exports, wants; /* this name; this routine, by whatever name */
};

static bool take_reach(const char *name, const Elf64_Sym *symbol, void *data)
{
    struct reach *reach = data;
    if (symbol->st_shndx != SHN_UNDEF)
        reach->exports |= !strcmp(name, reach->name);
    else
        reach->wants |= blas_named(name) >= 0 && blas_named(name) == blas_named(reach->name);
    return false;
}

/* What a library exports is called through the preload; what it also needs from elsewhere is but another name. */
static bool is_private(const struct looked *l, const struct elf_file *elf, const char *name)
{
    struct reach reach = {.name = name};
    elf_each_symbol(elf, take_reach, &reach);
    return !reach.wants && (l->role == LOOK_PROGRAM || !reach.exports);
}

static void find_inside(struct looked *l, const struct elf_file *elf, bool maps_memory)
{
    char name[sizeof l->inside];
    bool stripped;
    if (l->is_pure)
        return;
    if (target_has_blas(l->path, name, sizeof name, &stripped)) {
        if (is_private(l, elf, name))
            strcpy(l->inside, name);
    } else if (!*l->exports && maps_memory && is_stripped(elf)) {
        if (has_text(elf, "Program is Terminated. ", "Because you tried to allocate too many memory regions."))
            strcpy(l->inside, "OpenBLAS");
        else if (has_text(elf, "Math Kernel Library ", "Version "))
            strcpy(l->inside, "MKL");
    }
}

static bool is_provider(const char *name, void *unused)
{
    (void)unused;
    return pure_is_named(name);
}

static void look(struct looked *l, const struct elf_file *elf)
{
    struct pass pass = {.looked = l};
    l->is_pure = pure_is_named(l->path);
    elf_each_symbol(elf, take_symbol, &pass);
    if (pass.suffixed < 2)
        *l->suffix = 0;
    find_engines(l, elf);
    find_inside(l, elf, pass.maps_memory);
    const char *provider = elf_find_needed(elf, is_provider, NULL);
    copy(l->provider, sizeof l->provider, provider ? provider : "");
    l->opens_deep = l->opens && deepbind_is_used(elf);
}

const struct looked *look_at(struct looked_files *files, const char *path, enum look_role role)
{
    struct elf_file elf;
    char *real = realpath(path, NULL);
    for (size_t i = 0; real && i < files->count; i++)
        if (!strcmp(files->list[i].path, real)) {
            free(real);
            return NULL;
        }
    struct looked *more = real ? realloc(files->list, (files->count + 1) * sizeof *more) : NULL;
    files->list = more ? more : files->list;
    files->failed |= real && !more;
    if (!more || elf_open(real, &elf) < 0) {
        free(real);
        return NULL;
    }
    struct looked *l = &files->list[files->count++];
    *l = (struct looked){.path = real, .role = role, .routine = -1};
    look(l, &elf);
    elf_close(&elf);
    return l;
}

struct sought {
    const char *name;
    bool found;
};

static bool compare_symbol(const char *name, const Elf64_Sym *symbol, void *data)
{
    struct sought *sought = data;
    sought->found = symbol->st_shndx != SHN_UNDEF && !strcmp(name, sought->name);
    return sought->found;
}

bool look_exports(const struct looked *file, const char *name)
{
    struct elf_file elf;
    struct sought sought = {.name = name};
    if (!*file->exports || elf_open(file->path, &elf) < 0)
        return false;
    elf_each_symbol(&elf, compare_symbol, &sought);
    elf_close(&elf);
    return sought.found;
}

void looked_free(struct looked_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        free(files->list[i].path);
    free(files->list);
    *files = (struct looked_files){0};
}
