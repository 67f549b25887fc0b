/* whose LIBRARY: what dladdr and dladdr1 say of ddot_, of what dlsym answers for it, by handle and without, of a place inside
 * main, and of an address that is nobody's. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>

double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy);
int main(int argc, char **argv);

static void show(const char *what, const void *address)
{
    Dl_info info = {0}, again = {0};
    struct link_map *map = NULL;
    int found = dladdr(address, &info), found_again = dladdr1(address, &again, (void **)&map, RTLD_DL_LINKMAP);
    printf("%s: %d %s %s\n", what, found, found ? info.dli_fname : "-", found && info.dli_sname ? info.dli_sname : "-");
    printf("%s: %d %s %d\n", what, found_again, map ? map->l_name : "-", found && info.dli_saddr == again.dli_saddr);
}

int main(int argc, char **argv)
{
    const int n = 4, one = 1;
    const double x[4] = {1, 1, 1, 1};
    void *handle = argc > 1 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    show("before a call", (void *)ddot_);
    printf("%g\n", ddot_(&n, x, &one, x, &one));
    show("ddot_", (void *)ddot_);
    show("the default", dlsym(RTLD_DEFAULT, "ddot_"));
    show("by handle", handle ? dlsym(handle, "ddot_") : NULL);
    show("main", (const char *)main + 1);
    show("nobody's", &n);
    return 0;
}
