/* opener FILE: opens a library with RTLD_DEEPBIND and calls its function plugin(), which is to return 4. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy);

int main(int argc, char **argv)
{
    const int n = 4, one = 1;
    const double x[4] = {1, 1, 1, 1};
    double (*plugin)(void);
    void *handle = argc > 1 ? dlopen(argv[1], RTLD_NOW | RTLD_DEEPBIND) : NULL;
    if (!handle || ddot_(&n, x, &one, x, &one) != 4)
        return fprintf(stderr, "%s\n", dlerror()), 1;
    *(void **)&plugin = dlsym(handle, "plugin");
    return plugin() != 4;
}
