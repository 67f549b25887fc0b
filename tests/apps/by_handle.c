/* by_handle LIBRARY...: opens each with RTLD_LOCAL, looks its cblas_ddot up by handle and calls it (1, 2, ... elements, in the
 * order of the libraries). by_handle ask LIBRARY...: prints what dlsym answers instead. Links no BLAS. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

typedef double (*ddot)(int, const double *, int, const double *, int);

static const char *answer(void *handle, const char *name)
{
    dlerror();
    void *found = dlsym(handle, name);
    return found ? "found" : dlerror() ? "NULL, and an error" : "NULL";
}

static void ask(void *handle)
{
    static const char *const names[] = {"cblas_ddot", "cblas_dgemm_64", "dgemm_64_", "scipy_dgemm_", "LAPACKE_no_such"};
    for (int i = 0; i < 5; i++)
        printf("  %s: %s\n", names[i], answer(handle, names[i]));
}

static int ask_all(int count, char **libraries)
{
    printf("RTLD_DEFAULT\n"), ask(RTLD_DEFAULT);
    printf("RTLD_NEXT\n"), ask(RTLD_NEXT);
    for (int i = 0; i < count; i++)
        printf("%s\n", libraries[i]), ask(dlopen(libraries[i], RTLD_NOW | RTLD_LOCAL));
    printf("RTLD_DEFAULT, now that they are loaded\n"), ask(RTLD_DEFAULT);
    return 0;
}

int main(int argc, char **argv)
{
    static const double x[8] = {1, 1, 1, 1, 1, 1, 1, 1};
    if (argc > 1 && !strcmp(argv[1], "ask"))
        return ask_all(argc - 2, argv + 2);
    for (int i = 1; i < argc; i++) {
        void *handle = dlopen(argv[i], RTLD_NOW | RTLD_LOCAL);
        ddot found = handle ? (ddot)dlsym(handle, "cblas_ddot") : NULL;
        if (!found) {
            printf("%s\n", dlerror());
            return 1;
        }
        printf("%g\n", found(i, x, 1, x, 1));
    }
    return 0;
}
