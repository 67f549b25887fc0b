/* uncovered WAY FILE: calls ddot with n = 4, then opens a plugin and calls it, or starts a program, and waits for it.
 * WAY: nothing; local, deepbind or lazy-deepbind; exec, fork, vfork, spawn, spawnp, fexecve, execveat, all by a clean
 * environment; system, popen after LD_PRELOAD was taken out of this process's own; vforks: from eight threads at once. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

double ddot_(const int *n, const double *x, const int *incx, const double *y, const int *incy);

static char *clean[] = {"A=1", NULL};
static char *file, *arguments[] = {"program", NULL};

static int is(const char *way, const char *name)
{
    return !strcmp(way, name);
}

static int open_plugin(int flags)
{
    double (*plugin)(void);
    void *handle = dlopen(file, flags);
    if (!handle)
        return fprintf(stderr, "%s\n", dlerror()), 1;
    *(void **)&plugin = dlsym(handle, "plugin");
    return plugin() != 4;
}

static int start(const char *way)
{
    pid_t pid;
    int status = -1;
    if (is(way, "spawn") || is(way, "spawnp")) {
        if ((is(way, "spawn") ? posix_spawn : posix_spawnp)(&pid, file, NULL, NULL, arguments, clean))
            return 1;
    } else {
        pid = is(way, "vfork") ? vfork() : is(way, "fork") ? fork() : 0;
    }
    if (pid == 0 && is(way, "fexecve"))
        fexecve(open(file, O_RDONLY), arguments, clean);
    else if (pid == 0 && is(way, "execveat"))
        execveat(AT_FDCWD, file, arguments, clean, 0);
    else if (pid == 0)
        execve(file, arguments, clean);
    if (pid == 0)
        _exit(3);
    waitpid(pid, &status, 0);
    return WEXITSTATUS(status);
}

static void *start_many(void *unused)
{
    for (int i = 0; i < 25; i++)
        start("vfork");
    return unused;
}

static int start_in_threads(void)
{
    pthread_t threads[8];
    for (int i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, start_many, NULL);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    return 0;
}

int main(int argc, char **argv)
{
    const char *way = argc > 2 ? argv[1] : "nothing";
    const int n = 4, one = 1;
    const double x[4] = {1, 1, 1, 1};
    file = argc > 2 ? argv[2] : NULL;
    if (ddot_(&n, x, &one, x, &one) != 4)
        return 9;
    if (is(way, "nothing"))
        return 0;
    if (is(way, "local") || is(way, "deepbind") || is(way, "lazy-deepbind"))
        return open_plugin((is(way, "lazy-deepbind") ? RTLD_LAZY : RTLD_NOW) | (is(way, "local") ? 0 : RTLD_DEEPBIND));
    if (is(way, "vforks"))
        return start_in_threads();
    if (is(way, "system"))
        return unsetenv("LD_PRELOAD") || system(file);
    if (is(way, "popen"))
        return unsetenv("LD_PRELOAD") || pclose(popen(file, "r"));
    return start(way);
}
