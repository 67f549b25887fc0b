/* inside_dlopen LIBRARY: while one thread is inside dlopen, in LIBRARY's constructor, another makes its first calls. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

double ddot_(const int *, const double *, const int *, const double *, const int *);
double dnrm2_(const int *, const double *, const int *);
volatile int in_constructor, calls_made;

static void *open_library(void *path)
{
    if (!dlopen(path, RTLD_NOW))
        puts(dlerror());
    return NULL;
}

int main(int argc, char **argv)
{
    static const double x[4] = {1, 2, 2, 4};
    pthread_t opener;
    if (argc != 2 || pthread_create(&opener, NULL, open_library, argv[1]))
        return 1;
    while (!in_constructor)
        usleep(1000);
    printf("%g\n", ddot_(&(int){4}, x, &(int){1}, x, &(int){1}));
    printf("%g\n", dnrm2_(&(int){4}, x, &(int){1}));
    calls_made = 1;
    pthread_join(opener, NULL);
    return 0;
}
