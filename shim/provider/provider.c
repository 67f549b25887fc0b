/* Identifies providers: by their own version functions, by what an integer argument means to them, by file name. */
#include "provider.h"
#include "objects.h"
#include "own_stack.h"
#include "pages.h"
#include "path.h"
#include "resolve.h"
#include <dlfcn.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define PROVIDERS 64

static struct provider providers[PROVIDERS];
static atomic_size_t claimed;
static atomic_bool ready[PROVIDERS];

/* Where the program has ThreadSanitizer's runtime, which does not see the atomics of a library that is not instrumented but
 * does see its calls of snprintf and strlen. */
void __tsan_acquire(void *) __attribute__((weak));
void __tsan_release(void *) __attribute__((weak));

static void publish(size_t i)
{
    if (__tsan_release)
        __tsan_release(&ready[i]);
    ready[i] = true;
}

static bool is_ready(size_t i)
{
    if (!ready[i])
        return false;
    if (__tsan_acquire)
        __tsan_acquire(&ready[i]);
    return true;
}

static const char *const pure_names[] = {
    "libopenblas",  "libscipy_openblas", "libblas",           "libcblas",       "liblapack",  "libblis",
    "libflexiblas", "libmkl_",           "libf77blas",        "libatlas",       "libsatlas",  "libtatlas",
    "libflame",     "libarmpl",          "libnvpl_blas",      "libnvpl_lapack", "libgoto",    "libaocl",
    "libsci_",      "libessl",           "libblastrampoline", "libptf77blas",   "libptcblas", "libtmg",
};

bool provider_is_pure(const char *path)
{
    const char *base = path_base(path);
    for (size_t i = 0; i < sizeof pure_names / sizeof *pure_names; i++)
        if (!strncmp(base, pure_names[i], strlen(pure_names[i])))
            return true;
    return false;
}

/* The loaded object that holds an address, and all of them. */
struct surroundings {
    struct object *list;
    size_t count;
    const struct object *self;
};

/* The first of these functions that the object, or one that it needs, defines: Debian's libblas.so.3 of OpenBLAS has its
 * version in libopenblas.so.0, and a LAPACK its isamax in a BLAS. */
static void *find(const struct surroundings *s, const char *const *names, size_t count)
{
    void *found = NULL;
    for (size_t i = 0; i < count && !found; i++)
        found = object_function(s->self, names[i]);
    for (size_t o = 0; o < s->count; o++)
        for (size_t i = 0; i < count && !found && object_needs(s->self, s->list[o].path); i++)
            found = object_function(&s->list[o], names[i]);
    return found;
}

/* n = 3 in its lower half and negative as a whole: a library with 32-bit integers finds the largest of three entries, one
 * with 64-bit integers sees a negative length and answers 0. */
static bool has_wide_integers(const struct surroundings *s)
{
    int64_t (*isamax)(const int64_t *, const float *, const int64_t *) = NULL;
    static const char *const names[] = {"isamax_", "scipy_isamax_", "isamax"};
    *(void **)&isamax = find(s, names, 3);
    if (!isamax)
        return strstr(path_base(s->self->path), "64") != NULL;
    const int64_t n = (int64_t)0xffffffff00000003, incx = 1;
    const float x[3] = {1, 3, 2};
    return (int32_t)isamax(&n, x, &incx) == 0;
}

static void copy_word(char *to, size_t size, const char *from)
{
    size_t length = strcspn(from, " \n");
    if (length >= size)
        length = size - 1;
    memcpy(to, from, length);
    to[length] = 0;
}

static bool ask_openblas(const struct surroundings *s, struct provider *p)
{
    static const char *const names[] = {"openblas_get_config", "openblas_get_config64_", "openblas_get_config_64",
                                        "scipy_openblas_get_config", "scipy_openblas_get_config64_"};
    const char *(*get_config)(void) = NULL;
    *(void **)&get_config = find(s, names, sizeof names / sizeof *names);
    const char *text = get_config ? get_config() : NULL;
    if (!text || strncmp(text, "OpenBLAS ", 9) != 0)
        return false;
    strcpy(p->name, "OpenBLAS");
    copy_word(p->version, sizeof p->version, text + 9);
    return true;
}

static bool ask_blis(const struct surroundings *s, struct provider *p)
{
    const char *(*get_version)(void) = NULL;
    static const char *const names[] = {"bli_info_get_version_str"};
    *(void **)&get_version = find(s, names, 1);
    if (!get_version)
        return false;
    strcpy(p->name, "BLIS");
    copy_word(p->version, sizeof p->version, get_version());
    return true;
}

static bool ask_mkl(const struct surroundings *s, struct provider *p)
{
    void (*get_version)(char *, int) = NULL;
    char text[200] = "";
    static const char *const names[] = {"MKL_Get_Version_String", "mkl_get_version_string"};
    *(void **)&get_version = find(s, names, 2);
    if (!get_version)
        return false;
    get_version(text, (int)sizeof text - 1);
    strcpy(p->name, "MKL");
    const char *version = strstr(text, "Version ");
    copy_word(p->version, sizeof p->version, version ? version + 8 : "");
    return true;
}

/* What the file's place and name tell: Debian keeps each implementation of libblas.so.3 in a folder of its own, and the
 * reference's version is that of its file (libblas.so.3.11.0). */
static void take_from_path(struct provider *p)
{
    static const struct {
        const char *in_path, *name;
    } known[] = {{"blis", "BLIS"},
                 {"atlas", "ATLAS"},
                 {"openblas", "OpenBLAS"},
                 {"/libblas", "reference BLAS"},
                 {"/libcblas", "reference BLAS"},
                 {"/liblapack", "reference LAPACK"}};
    char real[PATH_MAX];
    const char *path = realpath(p->path, real) ? real : p->path;
    const char *base = path_base(path), *suffix = strstr(base, ".so.");
    size_t i = 0, count = sizeof known / sizeof *known;
    while (i < count && !strstr(path, known[i].in_path))
        i++;
    snprintf(p->name, sizeof p->name, "%.*s", i < count ? 64 : (int)strcspn(base, "."), i < count ? known[i].name : base);
    if (suffix && strchr(suffix + 4, '.'))
        copy_word(p->version, sizeof p->version, suffix + 4);
}

static void identify(void *provider)
{
    struct provider *p = provider;
    struct surroundings s = {.list = pages_get(OBJECTS_MAX * sizeof *s.list)};
    const char *base = path_base(p->path);
    p->result_pointer = !strncmp(base, "libmkl_intel_", 13) || !strncmp(base, "libmkl_rt", 9);
    if (!s.list)
        return;
    s.count = objects_list(s.list);
    for (size_t i = 0; i < s.count && !s.self; i++)
        if ((uintptr_t)s.list[i].dynamic >= p->start && (uintptr_t)s.list[i].dynamic < p->end)
            s.self = &s.list[i];
    if (s.self) {
        p->wide = has_wide_integers(&s);
        if (!ask_openblas(&s, p) && !ask_blis(&s, p) && !ask_mkl(&s, p))
            take_from_path(p);
    }
    pages_free(s.list, OBJECTS_MAX * sizeof *s.list);
}

/* A provider that calls are bound to must stay. Those that were there at start cannot go; the handle of others is kept. */
static void pin(const struct provider *p)
{
    if (*p->path && !forward_was_there_at_start(p->start))
        (void)dlopen(p->path, RTLD_NOLOAD | RTLD_LAZY);
}

const struct provider *provider_of(void *function)
{
    uintptr_t start, end;
    const char *path;

    if (!object_at((uintptr_t)function, &start, &end, &path))
        return NULL;
    size_t count = claimed < PROVIDERS ? claimed : PROVIDERS;
    for (size_t i = 0; i < count; i++)
        if (is_ready(i) && providers[i].start == start)
            return &providers[i];
    size_t mine = atomic_fetch_add(&claimed, 1);
    if (mine >= PROVIDERS)
        return NULL;
    struct provider *p = &providers[mine];
    p->start = start;
    p->end = end;
    memcpy(p->path, path, strnlen(path, sizeof p->path - 1));
    own_stack_run(identify, p); /* realpath takes 7 KiB, openblas_get_config 4 */
    pin(p);
    publish(mine);
    return p;
}

size_t provider_count(void)
{
    return claimed < PROVIDERS ? claimed : PROVIDERS;
}

const struct provider *provider_at(size_t i)
{
    return is_ready(i) ? &providers[i] : NULL;
}
