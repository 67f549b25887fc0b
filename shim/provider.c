/* Identifies providers: by their own version functions, by what an integer argument means to them, by file name. */
#include "provider.h"
#include "forward.h"
#include "objects.h"
#include <dlfcn.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROVIDERS 64

static struct provider providers[PROVIDERS];
static atomic_size_t claimed;
static atomic_bool ready[PROVIDERS];

static const char *const pure_names[] = {
    "libopenblas", "libscipy_openblas", "libblas", "libcblas", "liblapack", "libblis", "libflexiblas", "libmkl_",
    "libf77blas", "libatlas", "libsatlas", "libtatlas", "libflame", "libarmpl", "libnvpl_blas", "libnvpl_lapack",
    "libgoto", "libaocl", "libsci_", "libessl", "libblastrampoline", "libptf77blas", "libptcblas", "libtmg",
};

bool provider_is_pure(const char *path)
{
    const char *base = path_base(path);
    for (size_t i = 0; i < sizeof pure_names / sizeof *pure_names; i++)
        if (!strncmp(base, pure_names[i], strlen(pure_names[i])))
            return true;
    return false;
}

static void *find(void *handle, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        void *found = forward_lookup(handle, names[i]);
        if (found)
            return found;
    }
    return NULL;
}

/* n = 3 in its lower half and negative as a whole: a library with 32-bit integers finds the largest of three entries, one
 * with 64-bit integers sees a negative length and answers 0. */
static bool has_wide_integers(void *handle, const char *path)
{
    static const char *const names[] = {"isamax_", "scipy_isamax_"};
    int64_t (*isamax)(const int64_t *, const float *, const int64_t *) = NULL;
    *(void **)&isamax = find(handle, names, 2);
    if (!isamax)
        return strstr(path_base(path), "64") != NULL;
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

static bool ask_openblas(void *handle, struct provider *p)
{
    static const char *const names[] = {"openblas_get_config", "openblas_get_config64_", "openblas_get_config_64",
                                        "scipy_openblas_get_config", "scipy_openblas_get_config64_"};
    const char *(*get_config)(void) = NULL;
    *(void **)&get_config = find(handle, names, sizeof names / sizeof *names);
    const char *text = get_config ? get_config() : NULL;
    if (!text || strncmp(text, "OpenBLAS ", 9))
        return false;
    strcpy(p->name, "OpenBLAS");
    copy_word(p->version, sizeof p->version, text + 9);
    return true;
}

static bool ask_blis(void *handle, struct provider *p)
{
    const char *(*get_version)(void) = NULL;
    *(void **)&get_version = forward_lookup(handle, "bli_info_get_version_str");
    if (!get_version)
        return false;
    strcpy(p->name, "BLIS");
    copy_word(p->version, sizeof p->version, get_version());
    return true;
}

static bool ask_mkl(void *handle, struct provider *p)
{
    void (*get_version)(char *, int) = NULL;
    char text[200] = "";
    *(void **)&get_version = forward_lookup(handle, "MKL_Get_Version_String");
    if (!get_version)
        *(void **)&get_version = forward_lookup(handle, "mkl_get_version_string");
    if (!get_version)
        return false;
    get_version(text, (int)sizeof text - 1);
    strcpy(p->name, "MKL");
    const char *version = strstr(text, "Version ");
    copy_word(p->version, sizeof p->version, version ? version + 8 : "");
    return true;
}

/* The version of Debian's reference libraries is that of their file: libblas.so.3.11.0. */
static void take_from_path(struct provider *p)
{
    char real[PATH_MAX];
    const char *base = path_base(realpath(p->path, real) ? real : p->path);
    const char *suffix = strstr(base, ".so.");
    if (!strncmp(base, "libblas", 7) || !strncmp(base, "liblapack", 9))
        strcpy(p->name, strncmp(base, "libblas", 7) ? "reference LAPACK" : "reference BLAS");
    else
        copy_word(p->name, strcspn(base, ".") + 1 < sizeof p->name ? strcspn(base, ".") + 1 : sizeof p->name, base);
    if (suffix)
        copy_word(p->version, sizeof p->version, suffix + 4);
}

static void identify(struct provider *p)
{
    void *handle = dlopen(*p->path ? p->path : NULL, RTLD_NOLOAD | RTLD_LAZY);
    const char *base = path_base(p->path);
    p->result_pointer = !strncmp(base, "libmkl_intel_", 13) || !strncmp(base, "libmkl_rt", 9);
    p->wide = has_wide_integers(handle, p->path);
    if (!ask_openblas(handle, p) && !ask_blis(handle, p) && !ask_mkl(handle, p))
        take_from_path(p);
    /* The handle is kept: a provider that calls are bound to must not be unloaded. */
}

const struct provider *provider_of(void *function)
{
    uintptr_t start, end;
    const char *path;

    if (!object_at((uintptr_t)function, &start, &end, &path))
        return NULL;
    size_t count = claimed < PROVIDERS ? claimed : PROVIDERS;
    for (size_t i = 0; i < count; i++)
        if (ready[i] && providers[i].start == start)
            return &providers[i];
    size_t mine = atomic_fetch_add(&claimed, 1);
    if (mine >= PROVIDERS)
        return NULL;
    struct provider *p = &providers[mine];
    p->start = start;
    p->end = end;
    snprintf(p->path, sizeof p->path, "%s", path);
    identify(p);
    ready[mine] = true;
    return p;
}

size_t provider_count(void)
{
    return claimed < PROVIDERS ? claimed : PROVIDERS;
}

const struct provider *provider_at(size_t i)
{
    return ready[i] ? &providers[i] : NULL;
}
