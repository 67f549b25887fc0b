/* Finds calls that no stub can see, from what is loaded when the summary is made: pointers of objects to BLAS that lead
 * elsewhere than to the shim, and BLAS linked into an object. Nothing of it is on the way of a call.
 *
 * The objects are gone through inside objects_each, which keeps them loaded meanwhile. */
#include "unseen.h"
#include "clock.h"
#include "elf_file.h"
#include "engines.h"
#include "kernel.h"
#include "ledger_seal.h"
#include "objects.h"
#include "pages.h"
#include "path.h"
#include "provider.h"
#include "resolve.h"
#include "symbols.h"
#include "system.h"
#include "target.h"
#include "text_search.h"
#include <dlfcn.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#define LOOK_INSIDE_NS 200000000 /* files on a slow file system: no more are opened after that */
#define CLEAN 1024               /* a power of two */
#define PROBES 8

#define ONE_TASK 3 /* links of /proc/self/task of a process with one thread */

static bool had_threads, may_not_look;
static const char *single_threaded; /* __libc_single_threaded, which glibc has since 2.32 */

/* ---- what need not be looked at again ---- */

/* By file and kind, in memory that fork children share: a pool's workers end one after the other with the same objects. A word
 * more tells that there is any: who looks first asks about no file before it is opened. */
enum kind { NEEDS_NO_BLAS = 1, HAS_NO_BLAS };
static uint64_t *clean;

/* 0: it has none. */
static uint64_t identity_of(const struct stat *st)
{
    const uint64_t words[] = {st->st_dev, st->st_ino, (uint64_t)st->st_size, (uint64_t)st->st_mtim.tv_sec,
                              (uint64_t)st->st_mtim.tv_nsec};
    return ledger_seal_bytes(1, words, sizeof words);
}

static bool any_is_clean(void)
{
    return clean && __atomic_load_n(&clean[CLEAN], __ATOMIC_RELAXED);
}

static bool is_clean(uint64_t identity, enum kind kind)
{
    uint64_t key = ledger_seal_word(identity, kind);
    for (uint64_t i = 0; clean && identity && i < PROBES; i++)
        if (__atomic_load_n(&clean[(key + i) % CLEAN], __ATOMIC_RELAXED) == key)
            return true;
    return false;
}

static void note_clean(uint64_t identity, enum kind kind)
{
    uint64_t key = ledger_seal_word(identity, kind);
    if (clean && identity)
        __atomic_store_n(&clean[CLEAN], 1, __ATOMIC_RELAXED);
    for (uint64_t i = 0; clean && identity && i < PROBES; i++) {
        uint64_t nobody = 0;
        if (__atomic_compare_exchange_n(&clean[(key + i) % CLEAN], &nobody, key, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED) ||
            nobody == key)
            return;
    }
}

/* Before a fork, and for a second look of a process: its end is the only one of most. */
static void make_clean_table(void)
{
    if (!clean)
        clean = pages_share((CLEAN + 1) * sizeof *clean);
}

/* ---- pointers that lead past the shim ---- */

struct search {
    struct uncovered *list;
    const struct object *object;
    bool found, any_is_clean;
    uint64_t until_ns;
    uintptr_t shim, shim_bytes;
    size_t seen; /* objects so far */
    /* what the object needs: any name of ours; one with a suffix; which routines */
    bool calls_ours, calls_others;
    uint64_t routines[ROUTINE_COUNT / 64 + 1];
    struct symbol_set ours;
};

static const char *path_of(const struct object *o)
{
    static char program[TARGET_PATH_BYTES];
    if (*o->path)
        return o->path;
    ssize_t length = *program ? 0 : readlink("/proc/self/exe", program, sizeof program - 1);
    return length < 0 ? "the program" : program;
}

/* Bare names (dcopy) mean BLAS only where the Fortran spelling is there too. */
static bool means_blas(const struct object *o, const char *name)
{
    char fortran[FORWARD_SPELLING];
    return !forward_fortran(name, fortran) || object_defines(o, fortran);
}

/* Not a finding: the shim; the object's own lazy binding; an object before the shim that is no provider, such as a tracer,
 * which hands calls on to the shim; a program's canonical address of a function, which is no definition. */
static void check_pointer(const char *name, uintptr_t value, void *data)
{
    struct search *s = data;
    struct object target;
    if (s->found || !value || value - s->shim < s->shim_bytes || forward_symbol(name) < 0 || !object_holding(value, &target) ||
        target.dynamic == s->object->dynamic || !object_defines(&target, name) || !means_blas(&target, name) ||
        (!provider_is_pure(target.path) && forward_is_before_shim(value) && *target.path))
        return;
    s->found = true;
    bool before = forward_is_before_shim(value);
    uncovered_add(s->list, path_of(s->object), " calls ", name, " of ", path_of(&target), " directly (",
                  before ? "loaded before the preload" : "RTLD_DEEPBIND?", ")", NULL);
}

/* ---- names with a suffix of a private build: ddot_acme ---- */

#define SUFFIX_BYTES 96

static bool defines_with(const struct object *o, const char *suffix, const char *but)
{
    static const char *const probes[] = {"ddot_", "daxpy_", "dscal_", "cblas_ddot", "cblas_daxpy", "dgetrf_", "dpotrf_"};
    char name[SUFFIX_BYTES + 16];
    for (size_t i = 0; i < sizeof probes / sizeof *probes; i++) {
        strcat(strcpy(name, probes[i]), suffix);
        if (strcmp(name, but) != 0 && object_defines(o, name))
            return true;
    }
    return false;
}

struct suffixed {
    const char *name, *suffix, *path;
};

/* One name may have come about by chance; a library that has others of BLAS with that suffix is one. */
static int look_for_library(struct dl_phdr_info *info, size_t size, void *data)
{
    struct suffixed *s = data;
    struct object object;
    (void)size;
    if (!object_read(info, &object) || forward_in_shim(object.dynamic) || !object_defines(&object, s->name) ||
        !defines_with(&object, s->suffix, s->name))
        return 0;
    s->path = object.path;
    return 1;
}

static bool is_suffixed(const struct search *s, const char *name, size_t beginning)
{
    struct suffixed found = {.name = name, .suffix = name + beginning};
    if (strlen(found.suffix) >= SUFFIX_BYTES || !objects_each(look_for_library, &found))
        return false;
    uncovered_add(s->list, path_of(s->object), " calls ", name, " of ", found.path, ": names with a suffix are not counted",
                  NULL);
    return true;
}

/* ---- what an object needs ---- */

static bool is_needed(const struct search *s, int64_t symbol)
{
    unsigned routine = symbol < 0 ? 0 : forward_symbols[symbol].routine;
    return symbol >= 0 && s->routines[routine / 64] >> routine % 64 & 1;
}

/* Is it ours? Kept out of the way of the thousands of names that cannot be. */
__attribute__((noinline)) static bool note_name(struct search *s, const char *name)
{
    size_t beginning;
    int64_t symbol = forward_symbol_or_beginning(name, &beginning);
    if (symbol < 0) {
        s->calls_others = s->calls_others || (beginning && is_suffixed(s, name, beginning));
        return false;
    }
    unsigned routine = forward_symbols[symbol].routine;
    s->calls_ours = true;
    s->routines[routine / 64] |= UINT64_C(1) << routine % 64;
    return true;
}

static bool note_need(const char *name, void *search)
{
    return forward_may_be(name) && note_name(search, name);
}

/* Pointers may change as long as the process lives, names that an object needs do not. */
static void look_at_pointers(struct search *s, uint64_t identity)
{
    s->found = s->calls_ours = s->calls_others = false;
    memset(s->routines, 0, sizeof s->routines);
    if (is_clean(identity, NEEDS_NO_BLAS))
        return;
    object_select(s->object, note_need, s, &s->ours);
    if (s->calls_ours)
        object_each_pointer(s->object, &s->ours, check_pointer, s);
}

/* ---- BLAS inside ---- */

/* A message of every OpenBLAS since GotoBLAS, for programs without a symbol table; only data that is never written to. The file
 * with that message calls mmap; an interpreter, which is large, has mmap64 instead. */
static bool has_openblas_text(const struct object *program, const struct dl_phdr_info *info)
{
    static const char text[] = "Program is Terminated. Because you tried to allocate too many memory regions.";
    for (int i = 0; i < info->dlpi_phnum && object_wants(program, "mmap"); i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        if (p->p_type == PT_LOAD && p->p_flags == PF_R &&
            text_search((const char *)(info->dlpi_addr + p->p_vaddr), p->p_filesz, text, sizeof text - 1))
            return true;
    }
    return false;
}

/* Who also needs the routine from elsewhere has but another name for it inside. */
static bool has_another_name(const char *name, size_t length, void *search)
{
    char whole[SUFFIX_BYTES];
    if (length >= sizeof whole)
        return false;
    memcpy(whole, name, length);
    whole[length] = 0;
    return is_needed(search, forward_symbol(whole));
}

/* What a library exports is called through the shim; what the program itself defines never is. */
static bool has_blas(struct search *s, const struct dl_phdr_info *info, int fd)
{
    char name[64];
    bool is_program = !*s->object->path, stripped;
    if (target_file_has_blas(fd, &(struct target_known){has_another_name, s}, name, sizeof name, &stripped)) {
        if ((!is_program && object_defines(s->object, name)) || is_needed(s, forward_symbol(name)))
            return false;
        uncovered_add(s->list, path_of(s->object), " has a BLAS inside (", name, ", statically linked)", NULL);
        return true;
    }
    if (!is_program || !stripped || !has_openblas_text(s->object, info))
        return false;
    uncovered_add(s->list, path_of(s->object), " has a BLAS inside (OpenBLAS, statically linked)", NULL);
    return true;
}

/* The identity of the file, 0: it was not opened. */
static uint64_t look_inside(struct search *s, const struct dl_phdr_info *info, const char *path)
{
    struct stat st;
    int fd = clock_now_ns() < s->until_ns ? elf_file_open_stat(path, &st) : -1;
    if (fd < 0)
        return 0;
    uint64_t identity = identity_of(&st);
    if (!has_blas(s, info, fd))
        note_clean(identity, HAS_NO_BLAS);
    elf_file_close(fd);
    return identity;
}

/* ---- all objects ---- */

static void look_at_object(struct search *s, const struct dl_phdr_info *info)
{
    const char *path = *s->object->path ? s->object->path : "/proc/self/exe";
    struct stat st;
    uint64_t identity = s->any_is_clean && !kernel_stat(path, &st) ? identity_of(&st) : 0;
    look_at_pointers(s, identity);
    if (!is_clean(identity, HAS_NO_BLAS))
        identity = look_inside(s, info, path);
    if (!s->calls_ours && !s->calls_others)
        note_clean(identity, NEEDS_NO_BLAS);
}

static int look_at(struct dl_phdr_info *info, size_t size, void *data)
{
    struct search *s = data;
    struct object object;
    (void)size;
    /* Only the first object without a name is the program: the vDSO has none on some kernels. */
    if (!object_read(info, &object) || (uintptr_t)object.dynamic - s->shim < s->shim_bytes || provider_is_pure(object.path) ||
        (s->seen++ && !*object.path) || system_has_object(&object, path_of(&object)))
        return 0;
    s->object = &object;
    look_at_object(s, info);
    return 0;
}

void unseen_look(struct uncovered *list)
{
    static atomic_bool looked;
    struct search search = {.list = list, .until_ns = clock_now_ns() + LOOK_INSIDE_NS};
    uintptr_t end = 0;
    const char *path;
    if (looked)
        make_clean_table();
    looked = true;
    search.any_is_clean = any_is_clean();
    if (!may_not_look) {
        if (object_at((uintptr_t)unseen_look, &search.shim, &end, &path))
            search.shim_bytes = end - search.shim;
        objects_each(look_at, &search);
    }
    unseen_engines(list);
}

void unseen_engines(struct uncovered *list)
{
    if (!may_not_look)
        engines_look(list);
}

/* Where its definition lies the program may decide (a copy relocation), so the loader is asked, and now: at a fork another
 * thread may be inside of it. */
void unseen_start(void)
{
#ifndef FLOPSHIM_EARLY
    single_threaded = forward_lookup(RTLD_DEFAULT, "__libc_single_threaded");
#endif
}

static bool has_threads(void)
{
    struct stat tasks;
    if (single_threaded)
        return !*single_threaded;
    return kernel_stat("/proc/self/task", &tasks) || tasks.st_nlink != ONE_TASK;
}

void unseen_before_fork(void)
{
    had_threads = has_threads();
    make_clean_table();
}

void unseen_in_child(void)
{
    may_not_look = may_not_look || had_threads;
}
