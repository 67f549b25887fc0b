/* reload KIND FOLDER N [PLUGINS]: a plugin with a BLAS of its own, which is built anew, closed and loaded again N times.
 * FOLDER/1, /2 and /3 have the builds that answer 1, 2 and 3. same      each is copied to one place before it is loaded, in the
 * working folder renamed   to another place each time loaded    they are loaded where they lie PLUGINS, where it is given: so
 * many threads, each with a plugin of its own, and two more that call another BLAS meanwhile. Prints what a call by dlsym and
 * one of the plugin's own have answered; on stderr, how many calls there were. */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

typedef double dot_function(const int *, const double *, const int *, const double *, const int *);
static const char *kind, *folder;
static int rounds;
static atomic_int calls, plugins_left;

static void fail(const char *what)
{
    fprintf(stderr, "reload: %s: %s\n", what, dlerror());
    exit(1);
}

static double dot(dot_function *function)
{
    const int n = 4, one = 1;
    const double x[4] = {1, 2, 3, 4};
    calls++;
    return function(&n, x, &one, x, &one);
}

/* A new file each time, as a linker makes one. */
static void copy(const char *from, const char *to)
{
    struct stat status;
    int in = open(from, O_RDONLY | O_CLOEXEC);
    unlink(to);
    int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
    if (in < 0 || fstat(in, &status) || out < 0 || sendfile(out, in, NULL, (size_t)status.st_size) != status.st_size)
        fail(from);
    close(in);
    close(out);
}

static void place(char *path, size_t size, const char *name, int build, int plugin, int round)
{
    char from[512];
    snprintf(from, sizeof from, "%s/%d/%s", folder, build, name);
    if (!strcmp(kind, "loaded")) {
        snprintf(path, size, "%s", from);
        return;
    }
    snprintf(path, size, "./p%d-%d", plugin, strcmp(kind, "renamed") ? 0 : round);
    mkdir(path, 0700);
    snprintf(path + strlen(path), size - strlen(path), "/%s", name);
    if (!access(from, R_OK))
        copy(from, path);
}

static double once(int plugin, int round)
{
    char path[600];
    double (*answer)(void);
    dot_function *by_handle;
    int build = round % 3 + 1;
    place(path, sizeof path, "libblas_answer.so", build, plugin, round);
    place(path, sizeof path, "libanswer.so", build, plugin, round);
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!handle)
        fail(path);
    *(void **)&answer = dlsym(handle, "answer");
    *(void **)&by_handle = dlsym(handle, "ddot_");
    if (!answer || !by_handle)
        fail("dlsym");
    double first = dot(by_handle), second = answer();
    calls++;
    if (dlclose(handle))
        fail("dlclose");
    return 10 * first + second;
}

static void *cycles(void *number)
{
    int plugin = (int)(intptr_t)number;
    for (int i = 0; i < rounds; i++) {
        double got = once(plugin, i);
        if (!plugin)
            printf("%g\n", got);
        else if (got != 11 * (i % 3 + 1))
            printf("plugin %d: %g instead of %d\n", plugin, got, 11 * (i % 3 + 1));
    }
    plugins_left--;
    return NULL;
}

static void *others(void *unused)
{
    dot_function *function = NULL;
    void *handle = dlopen("libblas.so.3", RTLD_NOW | RTLD_LOCAL);
    if (!handle || !(*(void **)&function = dlsym(handle, "ddot_")))
        fail("libblas.so.3");
    while (plugins_left)
        if (dot(function) != 30)
            abort();
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t threads[18];
    int plugins = argc > 4 ? atoi(argv[4]) : 1, count = 0;
    kind = argv[1], folder = argv[2], rounds = atoi(argv[3]);
    plugins_left = plugins;
    for (int i = 0; i < plugins && i < 16; i++)
        pthread_create(&threads[count++], NULL, cycles, (void *)(intptr_t)i);
    for (int i = 0; argc > 4 && i < 2; i++)
        pthread_create(&threads[count++], NULL, others, NULL);
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    fflush(stdout);
    fprintf(stderr, "%d\n", calls);
    return 0;
}
