/* Identifies providers: by their own version functions, by what an integer argument means to them, by file name. */
#include "provider.h"
#include "binding_lock.h"
#include "kernel.h"
#include "objects.h"
#include "own_stack.h"
#include "pages.h"
#include "parts.h"
#include "path.h"
#include "pure.h"
#include "signals.h"
#include "tsan.h"
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROVIDERS 64

static struct provider providers[PROVIDERS]; /* changed under binding_lock */
static atomic_size_t provider_places;
static atomic_bool ready[PROVIDERS];

static void publish(size_t i)
{
    tsan_release(&ready[i]);
    ready[i] = true;
}

static bool is_ready(size_t i)
{
    if (!ready[i])
        return false;
    tsan_acquire(&ready[i]);
    return true;
}

bool provider_is_pure(const char *path)
{
    return pure_is_named(path);
}

/* Functions of the object that holds a provider, or of one that it needs: Debian's libblas.so.3 of OpenBLAS has its version in
 * libopenblas.so.0, and a LAPACK its isamax in a BLAS. */
enum { ISAMAX, ZDOTU, OPENBLAS, BLIS, MKL, DNNL, FUNCTIONS };
static const char *const function_names[FUNCTIONS][6] = {
    {"isamax_", "scipy_isamax_", "isamax"},
    {"zdotu_", "scipy_zdotu_", "zdotu", "zdotu_64_", "scipy_zdotu_64_"},
    {"openblas_get_config", "openblas_get_config64_", "openblas_get_config_64", "scipy_openblas_get_config",
     "scipy_openblas_get_config64_"},
    {"bli_info_get_version_str"},
    {"MKL_Get_Version_String", "mkl_get_version_string"},
    {"dnnl_version"},
};

/* FFTW says what it is in a variable, "fftw-3.3.10-sse2-avx". */
static const char *const fftw_versions[] = {"fftw_version", "fftwf_version", "fftwl_version", "fftwq_version"};

struct surroundings {
    const struct provider *provider;
    struct object *list; /* all objects */
    size_t count;
    const struct object *self; /* the provider's */
    void *functions[FUNCTIONS];
    const char *fftw_version; /* NULL: it is none */
};

static void *find(const struct surroundings *s, const char *const *names)
{
    void *found = NULL;
    for (const char *const *name = names; *name && !found; name++)
        found = object_function(s->self, *name);
    for (size_t o = 0; o < s->count && !found; o++)
        for (const char *const *name = names; *name && !found && object_needs(s->self, s->list[o].path); name++)
            found = object_function(&s->list[o], *name);
    return found;
}

static void find_all(void *surroundings)
{
    struct surroundings *s = surroundings;
    s->count = objects_list(s->list);
    for (size_t i = 0; i < s->count && !s->self; i++)
        if ((uintptr_t)s->list[i].dynamic >= s->provider->start && (uintptr_t)s->list[i].dynamic < s->provider->end)
            s->self = &s->list[i];
    for (size_t i = 0; i < FUNCTIONS && s->self; i++)
        s->functions[i] = find(s, function_names[i]);
    for (size_t i = 0; i < sizeof fftw_versions / sizeof *fftw_versions && s->self && !s->fftw_version; i++)
        s->fftw_version = object_variable(s->self, fftw_versions[i]);
}

/* n = 3 in its lower half and negative as a whole: a library with 32-bit integers finds the largest of three entries, one
 * with 64-bit integers sees a negative length and answers 0. */
static bool has_wide_integers(const struct surroundings *s)
{
    int64_t (*isamax)(const int64_t *, const float *, const int64_t *) = NULL;
    *(void **)&isamax = s->functions[ISAMAX];
    if (!isamax && (s->fftw_version || s->functions[DNNL]))
        return false;
    if (!isamax)
        return strstr(path_base(s->provider->path), "64") != NULL;
    const int64_t n = (int64_t)0xffffffff00000003, incx = 1;
    const float x[3] = {1, 3, 2};
    return (int32_t)isamax(&n, x, &incx) == 0;
}

/* With n = 0 the result is 0. By gfortran's convention it is returned, and the first argument is n; by Intel's the first
 * argument is where to write it. Read as n, what lies there is 0 too, with either width. */
static bool has_result_pointer(const struct surroundings *s)
{
    void (*zdotu)(void *, const void *, const void *, const void *, const void *, const void *) = NULL;
    *(void **)&zdotu = s->functions[ZDOTU];
    int64_t first[2] = {0, -1};
    const int64_t zero[2] = {0}, one[2] = {1};
    if (zdotu)
        zdotu(first, zero, one, one, one, one);
    return first[1] != -1;
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
    const char *(*get_config)(void) = NULL;
    *(void **)&get_config = s->functions[OPENBLAS];
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
    *(void **)&get_version = s->functions[BLIS];
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
    *(void **)&get_version = s->functions[MKL];
    if (!get_version)
        return false;
    get_version(text, (int)sizeof text - 1);
    strcpy(p->name, "MKL");
    const char *version = strstr(text, "Version ");
    copy_word(p->version, sizeof p->version, version ? version + 8 : "");
    return true;
}

static bool ask_fftw(const struct surroundings *s, struct provider *p)
{
    if (!s->fftw_version || strncmp(s->fftw_version, "fftw-", 5) != 0)
        return false;
    strcpy(p->name, "FFTW");
    snprintf(p->version, sizeof p->version, "%.*s", (int)strcspn(s->fftw_version + 5, "-"), s->fftw_version + 5);
    return true;
}

static bool ask_dnnl(const struct surroundings *s, struct provider *p)
{
    const int *(*get_version)(void) = NULL; /* a structure that begins with major, minor, patch */
    *(void **)&get_version = s->functions[DNNL];
    const int *version = get_version ? get_version() : NULL;
    if (!version)
        return false;
    strcpy(p->name, "oneDNN");
    snprintf(p->version, sizeof p->version, "%d.%d.%d", version[0], version[1], version[2]);
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
    struct surroundings s = {.provider = p, .list = pages_get(OBJECTS_MAX * sizeof *s.list)};
    if (!s.list)
        return;
    objects_hold(find_all, &s);
    if (s.self) {
        p->wide = has_wide_integers(&s);
        p->result_pointer = has_result_pointer(&s);
        if (!ask_openblas(&s, p) && !ask_blis(&s, p) && !ask_mkl(&s, p) && !ask_fftw(&s, p) && !ask_dnnl(&s, p))
            take_from_path(p);
    }
    pages_free(s.list, OBJECTS_MAX * sizeof *s.list);
}

/* ---- threads that ask ---- */

#define ASKERS 16
static atomic_int askers[ASKERS];

bool provider_is_asked(void)
{
    int self = kernel_tid();
    for (size_t i = 0; i < ASKERS; i++)
        if (askers[i] == self)
            return true;
    return false;
}

/* A handler that came in between would be taken for the provider. */
static void ask(struct provider *p)
{
    uint64_t before = signals_hold_handlers();
    int nobody = 0, self = kernel_tid();
    size_t i = 0;
    while (i < ASKERS && !atomic_compare_exchange_strong(&askers[i], &nobody, self)) {
        nobody = 0;
        i++;
    }
    void *aside = parts.asking();
    own_stack_run(identify, p); /* realpath takes 7 KiB, openblas_get_config 4 */
    parts.asked(aside);
    if (i < ASKERS)
        askers[i] = 0;
    signals_release_handlers(before);
}

/* ---- what was found ---- */

static const struct provider *known(uintptr_t start)
{
    for (size_t i = 0; i < provider_places; i++)
        if (is_ready(i) && __atomic_load_n(&providers[i].start, __ATOMIC_ACQUIRE) == start)
            return &providers[i];
    return NULL;
}

static bool is_same(const struct provider *a, const struct provider *b)
{
    return a->wide == b->wide && !strcmp(a->path, b->path) && !strcmp(a->name, b->name) && !strcmp(a->version, b->version);
}

/* The place of the same provider that was unloaded; else a new one; else that of another one which is gone, and noted. */
static size_t place_of(const struct provider *p)
{
    size_t gone = PROVIDERS;
    for (size_t i = 0; i < provider_places; i++) {
        if (!providers[i].start && is_same(&providers[i], p))
            return i;
        if (!providers[i].start && providers[i].noted_in)
            gone = i;
    }
    return provider_places < PROVIDERS ? provider_places : gone;
}

static const struct provider *add(const struct provider *p)
{
    binding_lock();
    const struct provider *added = known(p->start); /* by another thread */
    size_t i = added ? PROVIDERS : place_of(p);
    if (i < PROVIDERS) {
        const void *noted_in = is_same(&providers[i], p) ? providers[i].noted_in : NULL;
        uintptr_t start = p->start;
        providers[i] = *p;
        providers[i].noted_in = noted_in;
        __atomic_store_n(&providers[i].start, start, __ATOMIC_RELEASE);
        publish(i);
        if (i == provider_places)
            provider_places++;
        added = &providers[i];
    }
    binding_unlock();
    return added;
}

const struct provider *provider_of(void *function)
{
    struct provider found = {0};
    const char *path;
    if (!object_at((uintptr_t)function, &found.start, &found.end, &path))
        return NULL;
    const struct provider *p = known(found.start);
    if (p)
        return p;
    memcpy(found.path, path, strnlen(path, sizeof found.path - 1));
    if (provider_is_asked())
        return NULL; /* it looks itself up meanwhile */
    ask(&found);
    return add(&found);
}

bool provider_starts_at(uintptr_t start)
{
    return start && known(start);
}

void provider_forget(uintptr_t start, uintptr_t end)
{
    binding_lock();
    for (size_t i = 0; i < provider_places; i++)
        if (providers[i].start >= start && providers[i].start < end)
            __atomic_store_n(&providers[i].start, 0, __ATOMIC_RELEASE);
    binding_unlock();
}

/* Looked at and forgotten under the lock: another thread that closes something may forget it too, or use its place again. */
static bool forget_gone(size_t i, uintptr_t *start, uintptr_t *end)
{
    uintptr_t other_start, other_end;
    const char *path;
    binding_lock();
    *start = providers[i].start;
    *end = providers[i].end;
    bool is_gone = is_ready(i) && *start && !object_at(*start, &other_start, &other_end, &path);
    if (is_gone)
        __atomic_store_n(&providers[i].start, 0, __ATOMIC_RELEASE);
    binding_unlock();
    return is_gone;
}

void provider_forget_gone(void (*tell)(uintptr_t start, uintptr_t end))
{
    uintptr_t start, end;
    for (size_t i = 0; i < provider_places; i++)
        if (forget_gone(i, &start, &end))
            tell(start, end);
}

size_t provider_count(void)
{
    return provider_places;
}

const struct provider *provider_at(size_t i)
{
    return is_ready(i) ? &providers[i] : NULL;
}

void provider_noted(size_t i, const void *in)
{
    providers[i].noted_in = in;
}
