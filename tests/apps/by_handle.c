/* by_handle LIBRARY...: opens each with RTLD_LOCAL, looks its cblas_ddot up by handle and calls it (1 + 2 + ... elements, in
 * the order of the libraries), then asks what dlsym says of names that nobody has. Links no BLAS. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

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

int main(int argc, char **argv)
{
    static const double x[8] = {1, 1, 1, 1, 1, 1, 1, 1};
    printf("RTLD_DEFAULT\n"), ask(RTLD_DEFAULT);
    printf("RTLD_NEXT\n"), ask(RTLD_NEXT);
    for (int i = 1; i < argc; i++) {
        void *handle = dlopen(argv[i], RTLD_NOW | RTLD_LOCAL);
        if (!handle) {
            printf("%s\n", dlerror());
            return 1;
        }
        ddot found = (ddot)dlsym(handle, "cblas_ddot");
        printf("%g\n", found(i, x, 1, x, 1));
        printf("handle\n"), ask(handle);
    }
    printf("RTLD_DEFAULT again: %s\n", answer(RTLD_DEFAULT, "cblas_ddot"));
    return 0;
}
